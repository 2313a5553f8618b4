// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
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
    private Locker locker;

    @Inject
    private PinnedConnections connections;

    @Deployment(name = "xa")
    static WebArchive xa() {
        return war("xa");
    }

    @Deployment(name = "statement-cache")
    static WebArchive statementCache() {
        return war("statement-cache");
    }

    @Deployment(name = "entire-pool")
    static WebArchive entirePool() {
        return war("entire-pool");
    }

    @Deployment(name = "default-settings")
    static WebArchive defaultSettings() {
        return war("work");
    }

    private static WebArchive war(String dataSource) {
        return Archives.pinned(
                "pools-" + dataSource,
                Map.of("holdfast.datasource", "jdbc/" + dataSource),
                WildFlyPoolsIT.class,
                LockLog.class);
    }

    @Test
    @OperateOnDeployment("xa")
    @DisplayName("C3, C8: an XA data source: a lock stays on its session and in no transaction")
    void shouldStayOnSessionOfXaDataSource() throws Exception {
        connections.assertStaysOnSession();
    }

    @Test
    @OperateOnDeployment("statement-cache")
    @DisplayName("C3, C18: a cache of prepared statements, shared and tracked: a lock stays on its session")
    void shouldStayOnSessionWithStatementCache() throws Exception {
        connections.assertStaysOnSession();
        connections.assertExcludesUnderLoad();
    }

    @Test
    @OperateOnDeployment("entire-pool")
    @DisplayName(
            "C12: flush-strategy EntirePool ends held connections where another one fails: told as lost, and freed")
    void shouldTellLossByFlush() throws Exception {
        LockLog log = new LockLog();
        LockHandle held = locker.acquire(REQUEST);
        DataSource dataSource = (DataSource) new InitialContext().lookup("jdbc/entire-pool");
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setNetworkTimeout(Runnable::run, 100);
            assertThrows(SQLException.class, () -> statement.execute("select pg_sleep(5)"));
        }

        PgLocks.eventually("told, at the next check of all locks", () -> held.state() == LockState.LOST);
        PgLocks.eventually("nothing is left", () -> PgLocks.holders(locker.lockId(REQUEST.key())) == 0);
        PgLocks.eventually(
                "with the setting that may be the cause",
                () -> log.has("HOLDFAST-0011", REQUEST.key(), "flush-strategy"));
        log.close();
        locker.acquire(REQUEST).release();
    }

    @Test
    @OperateOnDeployment("default-settings")
    @DisplayName("C12: flush-all-connection-in-pool ends held connections: told as lost, and freed")
    void shouldTellLossByAdministrator() throws Exception {
        LockHandle held = locker.acquire(REQUEST);
        ObjectName pool = new ObjectName("jboss.as:subsystem=datasources,data-source=WorkDS");
        ManagementFactory.getPlatformMBeanServer()
                .invoke(pool, "flushAllConnectionInPool", new Object[0], new String[0]);

        assertThrows(LockNotHeldException.class, () -> held.refresh(LockRequest.UNLIMITED));
        assertEquals(LockState.LOST, held.state());
        PgLocks.eventually("nothing is left", () -> PgLocks.holders(locker.lockId(REQUEST.key())) == 0);
        assertTrue(locker.tryAcquire(REQUEST)
                .map(handle -> {
                    handle.release();
                    return true;
                })
                .orElse(false));
        assertFalse(held.isHeld());
    }
}
