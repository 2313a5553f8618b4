// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.it.beans.StatelessEjb;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a server without MicroProfile Config, which only Open Liberty can be. */
@ArquillianTest
@RunAsClient
@Tag("without-optional-apis")
@DisplayName("Without MicroProfile Config")
public class WithoutConfigIT extends DeployingTest {

    @Deployment(name = "unread-war", managed = false, testable = false)
    static WebArchive war() {
        return Archives.war("unread-war");
    }

    @Deployment(name = "unread-ear", managed = false, testable = false)
    static EnterpriseArchive ear() {
        return Archives.ear("unread-ear", new Class<?>[] {StatelessEjb.class}, LockServlet.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unread-war", "unread-ear"})
    @DisplayName(
            "settings in a file that the server does not read are reported in the log, with the file and the remedy")
    void shouldReportUnreadFile(String name) throws Exception {
        whileDeployed(
                name,
                application -> assertTrue(
                        Environment.log()
                                .lines()
                                .anyMatch(line -> line.contains("HOLDFAST-0075: the settings in ")
                                        && line.contains(name)
                                        && line.contains("microprofile-config.properties are not read")
                                        && line.contains("mpConfig")),
                        "the log has the warning"));
    }
}
