// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.it.beans.KeyBean;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On a server without Jakarta Expression Language, which only Open Liberty can be. */
@ArquillianTest
@RunAsClient
@Tag("without-optional-apis")
@DisplayName("Without Expression Language")
public class WithoutExpressionLanguageIT extends DeployingTest {

    @Deployment(name = "expressions", managed = false, testable = false)
    static WebArchive expressions() {
        return Archives.war("expressions", KeyBean.class);
    }

    @Test
    @DisplayName("C24: a key with an expression fails the deployment if the server has no Expression Language")
    void shouldRefuseExpressions() {
        assertFails("expressions", "HOLDFAST-0110", "Jakarta Expression Language", "which this server lacks");
    }
}
