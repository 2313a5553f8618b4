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
    @DisplayName("C3, C8, C10, C11: with the recommended data source, a lock stays on its session wherever it is"
            + " acquired and used")
    void shouldStayOnSession() throws Exception {
        connections.assertStaysOnSession(recommended);
    }

    @Test
    @DisplayName("C3, C8, C10, C11: with the application's own data source and the server's default settings, a lock"
            + " stays on its session wherever it is acquired and used")
    void shouldStayOnSessionOfDefaultDataSource() throws Exception {
        connections.assertStaysOnSession(work);
    }

    @Test
    @DisplayName("C3, C8, C10, C11: with shared sessions on the application's own data source, a lock stays on its"
            + " session wherever it is acquired and used")
    void shouldStayOnSharedSession() throws Exception {
        connections.assertStaysOnSession(packed);
    }

    @Test
    @DisplayName("C1, C2: with the recommended data source under load, locks acquired and released in random contexts"
            + " never have two holders")
    void shouldExcludeUnderLoad() throws Exception {
        connections.assertExcludesUnderLoad(recommended);
    }

    @Test
    @DisplayName("C1, C2: with the application's own data source under load, locks acquired and released in random"
            + " contexts never have two holders")
    void shouldExcludeUnderLoadOnDefaultDataSource() throws Exception {
        connections.assertExcludesUnderLoad(work);
    }
}
