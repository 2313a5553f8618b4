// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import jakarta.inject.Inject;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@link PinnedConnections} on the recommended data source, on the server's default settings, and with shared sessions. */
@ArquillianTest
public class PinnedConnectionsIT {

    @Inject
    private PinnedConnections connections;

    @Deployment(name = "recommended")
    static WebArchive recommended() {
        return Archives.pinned("pinned-recommended", Map.of(), PinnedConnectionsIT.class);
    }

    @Deployment(name = "default")
    static WebArchive withDefaults() {
        return Archives.pinned("pinned-default", Map.of("holdfast.datasource", "jdbc/work"), PinnedConnectionsIT.class);
    }

    @Deployment(name = "shared")
    static WebArchive shared() {
        return Archives.pinned(
                "pinned-shared",
                Map.of("holdfast.datasource", "jdbc/work", "holdfast.sessions", "shared"),
                PinnedConnectionsIT.class);
    }

    @Test
    @OperateOnDeployment("recommended")
    @DisplayName(
            "C3, C8, C10, C11: the recommended data source: a lock stays on its session, acquired and used anywhere")
    void shouldStayOnSession() throws Exception {
        connections.assertStaysOnSession();
    }

    @Test
    @OperateOnDeployment("default")
    @DisplayName("C3, C8, C10, C11: the application's own data source with the server's default settings: the same")
    void shouldStayOnSessionOfDefaultDataSource() throws Exception {
        connections.assertStaysOnSession();
    }

    @Test
    @OperateOnDeployment("shared")
    @DisplayName("C3, C8, C10, C11: shared sessions of the application's own data source: the same")
    void shouldStayOnSharedSession() throws Exception {
        connections.assertStaysOnSession();
    }

    @Test
    @OperateOnDeployment("recommended")
    @DisplayName(
            "C1, C2: the recommended data source, under load: acquired and released in random contexts, no two holders")
    void shouldExcludeUnderLoad() throws Exception {
        connections.assertExcludesUnderLoad();
    }

    @Test
    @OperateOnDeployment("default")
    @DisplayName("C1, C2: the application's own data source, under load: the same")
    void shouldExcludeUnderLoadOnDefaultDataSource() throws Exception {
        connections.assertExcludesUnderLoad();
    }
}
