// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.LockDomain;
import io.holdfast.lock.Locker;
import jakarta.inject.Inject;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@link PinnedConnections} on the recommended data source, on the server's default settings, and with shared sessions. */
@ArquillianTest
public class PinnedConnectionsIT {

    @Inject
    private PinnedConnections connections;

    @Inject
    private Locker recommended;

    @Inject
    @LockDomain("work")
    private Locker work;

    @Inject
    @LockDomain("packed")
    private Locker packed;

    @Deployment
    static WebArchive deployment() {
        return Archives.pinned(
                PinnedConnectionsIT.class,
                Map.of(
                        "holdfast.work.datasource", "jdbc/work",
                        "holdfast.packed.datasource", "jdbc/work",
                        "holdfast.packed.sessions", "shared"));
    }

    @Test
    @DisplayName(
            "C3, C8, C10, C11: the recommended data source: a lock stays on its session, acquired and used anywhere")
    void shouldStayOnSession() throws Exception {
        connections.assertStaysOnSession(recommended);
    }

    @Test
    @DisplayName("C3, C8, C10, C11: the application's own data source with the server's default settings: the same")
    void shouldStayOnSessionOfDefaultDataSource() throws Exception {
        connections.assertStaysOnSession(work);
    }

    @Test
    @DisplayName("C3, C8, C10, C11: shared sessions of the application's own data source: the same")
    void shouldStayOnSharedSession() throws Exception {
        connections.assertStaysOnSession(packed);
    }

    @Test
    @DisplayName(
            "C1, C2: the recommended data source, under load: acquired and released in random contexts, no two holders")
    void shouldExcludeUnderLoad() throws Exception {
        connections.assertExcludesUnderLoad(recommended);
    }

    @Test
    @DisplayName("C1, C2: the application's own data source, under load: the same")
    void shouldExcludeUnderLoadOnDefaultDataSource() throws Exception {
        connections.assertExcludesUnderLoad(work);
    }
}
