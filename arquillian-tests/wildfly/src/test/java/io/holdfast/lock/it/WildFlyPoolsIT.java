// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockDomain;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.Locker;
import jakarta.inject.Inject;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import javax.management.ObjectName;
import javax.naming.InitialContext;
import javax.sql.DataSource;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Settings of WildFly's pools that put a pinned connection at risk, switched on in test-data-sources.cli. */
@ArquillianTest
@DisplayName("WildFly's pools")
public class WildFlyPoolsIT {

    private static final LockRequest REQUEST = LockRequest.of("wildfly/pools");

    @Inject
    private PinnedConnections connections;

    @Inject
    @LockDomain("xa")
    private Locker xa;

    @Inject
    @LockDomain("statement-cache")
    private Locker statementCache;

    @Inject
    @LockDomain("entire-pool")
    private Locker entirePool;

    @Inject
    @LockDomain("default-settings")
    private Locker defaultSettings;

    @Deployment
    static WebArchive deployment() {
        return Archives.pinned(
                        WildFlyPoolsIT.class,
                        Map.of(
                                "holdfast.xa.datasource", "jdbc/xa",
                                "holdfast.statement-cache.datasource", "jdbc/statement-cache",
                                "holdfast.entire-pool.datasource", "jdbc/entire-pool",
                                "holdfast.default-settings.datasource", "jdbc/work"))
                .addClass(LockLog.class);
    }

    @Test
    @DisplayName("C3, C8: with an XA data source, a lock stays on its session and outside of transactions")
    void shouldStayOnSessionOfXaDataSource() throws Exception {
        connections.assertStaysOnSession(xa);
    }

    @Test
    @DisplayName(
            "C3, C18: with a cache of prepared statements that are shared and tracked, a lock stays on its session")
    void shouldStayOnSessionWithStatementCache() throws Exception {
        connections.assertStaysOnSession(statementCache);
        connections.assertExcludesUnderLoad(statementCache);
    }

    @Test
    @DisplayName("C12: with flush-strategy EntirePool, the failure of another connection closes a lock's connection;"
            + " the lock is reported as lost and is free again")
    void shouldTellLossByFlush() throws Exception {
        LockLog log = new LockLog();
        LockHandle held = entirePool.acquire(REQUEST);
        DataSource dataSource = (DataSource) new InitialContext().lookup("jdbc/entire-pool");
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setNetworkTimeout(Runnable::run, 100);
            assertThrows(SQLException.class, () -> statement.execute("select pg_sleep(5)"));
        }

        PgLocks.eventually("told, at the next check of all locks", () -> held.state() == LockState.LOST);
        PgLocks.eventually("nothing is left", () -> PgLocks.holders(entirePool.lockId(REQUEST.key())) == 0);
        PgLocks.eventually(
                "with the setting that may be the cause",
                () -> log.has("HOLDFAST-0011", REQUEST.key(), "flush-strategy"));
        log.close();
        entirePool.acquire(REQUEST).release();
    }

    @Test
    @DisplayName("C12: if flush-all-connection-in-pool closes a lock's connection, the lock is reported as lost and is"
            + " free again")
    void shouldTellLossByAdministrator() throws Exception {
        LockHandle held = defaultSettings.acquire(REQUEST);
        ObjectName pool = new ObjectName("jboss.as:subsystem=datasources,data-source=WorkDS");
        ManagementFactory.getPlatformMBeanServer()
                .invoke(pool, "flushAllConnectionInPool", new Object[0], new String[0]);

        assertThrows(LockNotHeldException.class, () -> held.refresh(LockRequest.UNLIMITED));
        assertEquals(LockState.LOST, held.state());
        PgLocks.eventually("nothing is left", () -> PgLocks.holders(defaultSettings.lockId(REQUEST.key())) == 0);
        assertTrue(defaultSettings
                .tryAcquire(REQUEST)
                .map(handle -> {
                    handle.release();
                    return true;
                })
                .orElse(false));
        assertFalse(held.isHeld());
    }
}
