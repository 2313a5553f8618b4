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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With debug and error switched on, WildFly closes what a call leaves open, and fails the call. */
@ArquillianTest
@Tag("cached-connection-manager")
public class CachedConnectionManagerIT {

    @Inject
    private PinnedConnections connections;

    @Inject
    private Locker recommended;

    @Inject
    @LockDomain("work")
    private Locker work;

    @Deployment
    static WebArchive deployment() {
        return Archives.pinned(CachedConnectionManagerIT.class, Map.of("holdfast.work.datasource", "jdbc/work"));
    }

    @Test
    @DisplayName("C3: with debug and error enabled in the cached connection manager, a lock on the recommended data"
            + " source stays on its session")
    void shouldStayOnSession() throws Exception {
        connections.assertStaysOnSession(recommended);
    }

    @Test
    @DisplayName("C3: with debug and error enabled in the cached connection manager, a lock on a data source with"
            + " default settings stays on its session")
    void shouldStayOnSessionOfDefaultDataSource() throws Exception {
        connections.assertStaysOnSession(work);
        connections.assertExcludesUnderLoad(work);
    }
}
