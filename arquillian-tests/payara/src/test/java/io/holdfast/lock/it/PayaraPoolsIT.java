// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.it.beans.StatelessEjb;
import io.holdfast.lock.postgres.PostgresLocker;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.transaction.UserTransaction;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Locks on pools that are not as in docs/servers/payara.asadmin: {@code src/test/payara/hazards.asadmin}. */
@ArquillianTest
@DisplayName("Payara's pools")
public class PayaraPoolsIT {

    private static final LockRequest REQUEST = LockRequest.of("hazard");
    private static final Duration WAIT = Duration.ofSeconds(20);
    private static final LockerConfig CONFIG = LockerConfig.DEFAULT.checkInterval(Duration.ofMillis(200));

    @Resource
    private UserTransaction transaction;

    @EJB
    private StatelessEjb ejb;

    @Deployment
    static WebArchive deployment() {
        return Archives.testWar(PayaraPoolsIT.class, Map.of(), LockLog.class, StatelessEjb.class);
    }

    /** Something that happens while the lock is held. */
    @FunctionalInterface
    private interface Hazard {
        void happen(DataSource pool, LockHandle handle) throws Exception;
    }

    private static DataSource pool(String name) throws NamingException {
        return (DataSource) new InitialContext().lookup("jdbc/" + name);
    }

    private static PostgresLocker locker(DataSource pool) {
        return new PostgresLocker(CONFIG, ConnectionSource.of(pool), List.of());
    }

    /** The lock stays on its session, exclusive, and nothing is left. */
    private static void assertUnharmed(String name, Hazard hazard) throws Exception {
        DataSource pool = pool(name);
        try (PostgresLocker locker = locker(pool);
                PostgresLocker rival = locker(pool("holdfast"))) {
            long lockId = locker.lockId(REQUEST.key());
            LockHandle handle = locker.acquire(REQUEST, WAIT);
            int pid = PgLocks.pidOf(lockId);

            hazard.happen(pool, handle);

            assertEquals(pid, PgLocks.pidOf(lockId), "on the same session");
            handle.refresh(REQUEST.ttl());
            assertTrue(handle.isHeld());
            assertTrue(rival.tryAcquire(REQUEST).isEmpty(), "exclusive");
            handle.release();
            assertEquals(0, PgLocks.holders(lockId), "free");
            rival.acquire(REQUEST, WAIT).release();
        }
    }

    /** The loss is reported without a further call on the lock, and nothing is left. */
    private static void assertLossIsTold(String name, Hazard hazard) throws Exception {
        DataSource pool = pool(name);
        try (LockLog log = new LockLog();
                PostgresLocker locker = locker(pool)) {
            long lockId = locker.lockId(REQUEST.key());
            LockHandle handle = locker.acquire(REQUEST, WAIT);

            hazard.happen(pool, handle);

            PgLocks.eventually("the loss is reported", () -> handle.state() == LockState.LOST);
            PgLocks.eventually(
                    "with the settings that may be the cause",
                    () -> log.has("HOLDFAST-0011", REQUEST.key(), "connection-leak-reclaim", "fail-all-connections"));
            assertThrows(LockNotHeldException.class, handle::release);
            assertEquals(0, PgLocks.holders(lockId), "nothing is left");
            locker.acquire(REQUEST, WAIT).release();
        }
    }

    @Test
    @DisplayName(
            "C8, C11: a transaction that uses a connection of the same pool does not affect a lock acquired before it")
    void shouldStayOutOfTransactionBegunLater() throws Exception {
        for (String name : List.of(
                "work",
                "hazard-xa",
                "hazard-lazy",
                "hazard-idle",
                "hazard-usage",
                "hazard-thread",
                "hazard-match",
                "hazard-statements")) {
            assertUnharmed(name, (pool, handle) -> {
                try (Connection own = pool.getConnection()) {
                    int before = PgLocks.backendPid(own);
                    transaction.begin();
                    try (Connection enlisted = pool.getConnection();
                            Statement statement = enlisted.createStatement()) {
                        int lock = PgLocks.pidOf(lockId(handle));
                        statement.execute("create temporary table hazard (x int) on commit drop");
                        assertNotEquals(lock, PgLocks.backendPid(enlisted));
                        assertNotEquals(lock, PgLocks.backendPid(own));
                        assertNotEquals(lock, before);
                        assertEquals("idle", PgLocks.restingStateOf(lock), "in no transaction");
                        handle.refresh(REQUEST.ttl());
                    }
                    transaction.commit();
                }
            });
        }
    }

    @Test
    @DisplayName(
            "C8: a lock acquired and released inside a transaction on the same pool is not part of that transaction")
    void shouldStayOutOfRunningTransaction() throws Exception {
        for (String name : List.of("work", "hazard-xa", "hazard-lazy", "hazard-thread")) {
            DataSource pool = pool(name);
            transaction.begin();
            try (PostgresLocker locker = locker(pool);
                    Connection enlisted = pool.getConnection()) {
                int application = PgLocks.backendPid(enlisted);
                LockHandle handle = locker.acquire(REQUEST, WAIT);
                long lockId = lockId(handle);
                assertNotEquals(application, PgLocks.pidOf(lockId));
                assertEquals(application, PgLocks.backendPid(enlisted));
                handle.release();
                assertEquals(0, PgLocks.holders(lockId), "freed at once");
            } finally {
                transaction.rollback();
            }
        }
    }

    @Test
    @DisplayName("C12: settings that close idle or used connections do not affect a connection that holds a lock")
    void shouldOutliveTimeouts() throws Exception {
        for (String name : List.of("hazard-idle", "hazard-usage", "hazard-lazy", "hazard-statements", "hazard-match")) {
            assertUnharmed(name, (pool, handle) -> {
                for (int i = 0; i < 5; i++) {
                    try (Connection other = pool.getConnection()) {
                        assertFalse(other.isClosed());
                    }
                }
                PgLocks.letPass(Duration.ofSeconds(4));
            });
        }
    }

    @Test
    @DisplayName("C5: a pool's statement timeout does not end a wait early")
    void shouldWaitLongerThanStatementTimeout() throws Exception {
        try (PostgresLocker holder = locker(pool("holdfast"));
                PostgresLocker waiter = locker(pool("hazard-statements"))) {
            LockHandle held = holder.acquire(REQUEST, WAIT);
            var waiting = waiter.acquireAsync(REQUEST, WAIT);
            long lockId = holder.lockId(REQUEST.key());
            PgLocks.eventually("it waits", () -> PgLocks.waiters(lockId) == 1);
            PgLocks.letPass(Duration.ofSeconds(3));
            assertFalse(waiting.isDone());
            held.release();
            waiting.get().release();
            assertEquals(0, PgLocks.holders(lockId));
        }
    }

    @Test
    @Differs(on = "Payara", how = "the lock is lost; the locker logs a warning that names the settings")
    @DisplayName("C12: if the pool's leak reclaim closes the lock's connection, the lock is reported as lost")
    void shouldTellReclaim() throws Exception {
        assertLossIsTold("hazard-reclaim", (pool, handle) -> {});
    }

    @Test
    @Differs(on = "Payara", how = "the lock is lost; the locker logs a warning that names the settings")
    @DisplayName("C12: if the pool closes all connections because one is dead, the lock is reported as lost")
    void shouldTellFailAll() throws Exception {
        assertLossIsTold("hazard-fail-all", (pool, handle) -> {
            int idle;
            try (Connection other = pool.getConnection()) {
                idle = PgLocks.backendPid(other);
            }
            PgLocks.endSession(idle);
            pool.getConnection().close();
        });
    }

    @Test
    @Differs(on = "Payara", how = "the lock is lost; the locker logs a warning")
    @DisplayName("C12: if an administrator flushes the pool, the lock is reported as lost")
    void shouldTellFlush() throws Exception {
        assertLossIsTold("hazard-match", (pool, handle) -> {
            Process asadmin = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-jar",
                            Path.of(System.getProperty("com.sun.aas.installRoot"), "modules", "admin-cli.jar")
                                    .toString(),
                            "--port",
                            System.getProperty("one.management.port"),
                            "flush-connection-pool",
                            "hazard-match")
                    .redirectErrorStream(true)
                    .start();
            String output = new String(asadmin.getInputStream().readAllBytes());
            assertEquals(0, asadmin.waitFor(), output);
        });
    }

    @Test
    @DisplayName("C12, C17: without connection validation, a killed session is reported as a lost lock")
    void shouldTellKilledSession() throws Exception {
        assertLossIsTold("work", (pool, handle) -> PgLocks.endSessionOf(lockId(handle)));
    }

    @Test
    @DisplayName("C11: a lock that a bean leaves held keeps its session, even though the bean's own open connection"
            + " loses its session")
    void shouldStayAssociated() throws Exception {
        DataSource pool = pool("hazard-lazy");
        Connection[] own = new Connection[1];
        int ownPid = ejb.call(() -> {
            own[0] = pool.getConnection();
            return PgLocks.backendPid(own[0]);
        });
        try (Connection other = pool.getConnection()) {
            assertEquals(ownPid, PgLocks.backendPid(other), "the pool does what the test is about");
        }
        own[0].close();

        try (PostgresLocker locker = locker(pool)) {
            LockHandle handle = ejb.call(() -> locker.acquire(REQUEST, WAIT));
            int pid = PgLocks.pidOf(lockId(handle));
            try (Connection one = pool.getConnection();
                    Connection two = pool.getConnection()) {
                assertNotEquals(pid, PgLocks.backendPid(one));
                assertNotEquals(pid, PgLocks.backendPid(two));
                handle.refresh(REQUEST.ttl());
                assertEquals(pid, PgLocks.pidOf(lockId(handle)));
            }
            handle.release();
            assertEquals(0, PgLocks.holders(locker.lockId(REQUEST.key())));
        }
    }

    @Test
    @DisplayName(
            "a pool without any settings does enlist the caller's open connections in a transaction that begins later")
    void shouldBeTrap() throws Exception {
        try (Connection early = pool("work").getConnection()) {
            assertTrue(early.getAutoCommit());
            transaction.begin();
            try {
                assertFalse(early.getAutoCommit(), "else the tests above show nothing");
            } finally {
                transaction.rollback();
            }
        }
    }

    private static long lockId(LockHandle handle) throws NamingException {
        try (PostgresLocker locker = locker(pool("holdfast"))) {
            return locker.lockId(handle.key());
        }
    }
}
