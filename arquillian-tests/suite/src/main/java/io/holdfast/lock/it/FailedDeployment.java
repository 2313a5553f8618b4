// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jboss.arquillian.container.test.api.Deployer;

/** A deployment that must not succeed. */
final class FailedDeployment {

    private FailedDeployment() {}

    /** It fails, and the exception or the server's log says all of these. */
    static void assertFails(Deployer deployer, String deployment, String... parts) {
        Throwable failure = assertThrows(Throwable.class, () -> deployer.deploy(deployment));
        StringBuilder messages = new StringBuilder(Environment.log());
        for (Throwable t = failure; t != null; t = t.getCause()) {
            messages.append(t.getMessage()).append('\n');
        }
        for (String part : parts) {
            assertTrue(messages.toString().contains(part), () -> part + " is not in: " + messages);
        }
    }
}
