// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import jakarta.inject.Inject;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With debug and error switched on, WildFly closes what a call leaves open, and fails the call. */
@ArquillianTest
@Tag("cached-connection-manager")
public class CachedConnectionManagerIT {

    @Inject
    private PinnedConnections connections;

    @Deployment(name = "recommended")
    static WebArchive recommended() {
        return Archives.pinned("ccm-recommended", Map.of(), CachedConnectionManagerIT.class);
    }

    @Deployment(name = "default")
    static WebArchive withDefaults() {
        return Archives.pinned(
                "ccm-default", Map.of("holdfast.datasource", "jdbc/work"), CachedConnectionManagerIT.class);
    }

    @Test
    @OperateOnDeployment("recommended")
    @DisplayName(
            "C3: cached connection manager with debug and error: the recommended data source: a lock stays on its session")
    void shouldStayOnSession() throws Exception {
        connections.assertStaysOnSession();
    }

    @Test
    @OperateOnDeployment("default")
    @DisplayName("C3: cached connection manager with debug and error: a data source with default settings: the same")
    void shouldStayOnSessionOfDefaultDataSource() throws Exception {
        connections.assertStaysOnSession();
        connections.assertExcludesUnderLoad();
    }
}
