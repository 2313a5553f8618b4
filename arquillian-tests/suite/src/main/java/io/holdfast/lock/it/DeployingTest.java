// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.test.api.ArquillianResource;

/** A test outside of the server that deploys its applications itself. */
abstract class DeployingTest {

    @ArquillianResource
    Deployer deployer;

    @FunctionalInterface
    interface Work {
        void with(RemoteDeployment application) throws Exception;
    }

    final void whileDeployed(String deployment, Work work) throws Exception {
        deployer.deploy(deployment);
        try {
            work.with(new RemoteDeployment(deployment));
        } finally {
            deployer.undeploy(deployment);
        }
    }

    /** The deployment fails, and the exception or the server's log contains all of these parts. */
    final void assertFails(String deployment, String... parts) {
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
