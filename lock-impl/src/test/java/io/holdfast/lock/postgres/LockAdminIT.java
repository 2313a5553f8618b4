// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockInfo;
import io.holdfast.lock.LockInfo.Session;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockPrivilegeException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.sql.LockId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What operators see, and can do. */
@Timeout(60)
class LockAdminIT extends LockerTest {

    private static PGSimpleDataSource named(String applicationName) {
        PGSimpleDataSource dataSource = (PGSimpleDataSource) Databases.SHARED.dataSource();
        dataSource.setApplicationName(applicationName);
        return dataSource;
    }

    /** Sees from another locker what a locker of the application "orders" does. */
    private PostgresLocker orders(LockerConfig config) {
        return locker(config, ConnectionSource.of(named("orders")));
    }

    private final LockAdmin admin = locker(CONFIG).admin();

    private LockInfo info(long id) throws InterruptedException {
        return admin.locks().stream()
                .filter(info -> info.lockId() == id)
                .findFirst()
                .orElseThrow();
    }

    @Test
    @DisplayName("a lock held elsewhere is listed with its key, its holder and since when, and with who waits for it")
    void shouldListLocksOfNamespace() throws Exception {
        String shortKey = "order/" + System.nanoTime() % 100_000;
        LockRequest order = LockRequest.of(shortKey);
        PostgresLocker orders = orders(CONFIG);
        long id = orders.lockId(shortKey);
        Instant before = Instant.now();
        LockHandle handle = orders.acquire(order);
        Future<LockHandle> waiter = threads.submit(() -> locker(CONFIG).acquire(order));
        Server.eventually("it waits", () -> server.locks(id).size() == 2);

        LockInfo info = info(id);

        assertEquals(shortKey, info.key());
        assertEquals(1, info.holders().size());
        Session holder = info.holders().get(0);
        assertEquals(server.holder(id), holder.pid());
        assertEquals(LockMode.EXCLUSIVE, holder.mode());
        assertTrue(holder.applicationName().startsWith("orders "), holder.applicationName());
        assertEquals("postgres", holder.user());
        assertNotNull(holder.address());
        assertNotNull(holder.startedAt());
        assertTrue(Duration.between(before, holder.since()).abs().toSeconds() < 10, "since " + holder.since());
        assertEquals(1, info.waiters().size());
        assertNotNull(info.waiters().get(0).since());
        handle.release();
        waiter.get().release();
        assertEquals(Optional.empty(), admin.lock(shortKey));
    }

    @Test
    @DisplayName("keys can be hidden, and long ones are; their locks are listed all the same, and found by their key")
    void shouldHideKeys() throws InterruptedException {
        String shortKey = "hidden";
        long hiddenId = LockId.of(CONFIG.namespace(), shortKey);
        LockHandle hidden = orders(CONFIG.publishKeys(false)).acquire(LockRequest.of(shortKey));
        LockHandle tooLong = orders(CONFIG).acquire(request);
        LockHandle shared = orders(CONFIG.sessions(SessionMode.SHARED)).acquire(LockRequest.of("shared"));

        assertNull(info(hiddenId).key());
        assertFalse(info(hiddenId).holders().get(0).applicationName().contains(shortKey));
        assertNull(info(lockId).key());
        assertNull(info(LockId.of(CONFIG.namespace(), "shared")).key());
        assertNull(
                info(LockId.of(CONFIG.namespace(), "shared")).holders().get(0).since(), "of a shared session");
        assertEquals(key, admin.lock(key).orElseThrow().key());
        assertEquals(shortKey, admin.lock(shortKey).orElseThrow().key());
        hidden.release();
        tooLong.release();
        shared.release();

        PostgresLocker own = locker(CONFIG.publishKeys(false));
        LockHandle ownHandle = own.acquire(request);
        assertEquals(key, own.admin().locks().get(0).key(), "a locker knows its own");
        ownHandle.release();
    }

    @Test
    @DisplayName("locks of other namespaces, and of other programs, are not listed; the latter are found by key")
    void shouldLeaveOutOthers() throws Exception {
        LockHandle other = orders(CONFIG.namespace(1)).acquire(request);
        try (Connection program = Databases.SHARED.connect();
                Statement statement = program.createStatement()) {
            statement.execute("set application_name = 'holdfast/4711/liar/key'");
            statement.execute("select pg_advisory_lock_shared(" + lockId + "), pg_advisory_lock(7, 7)");

            assertEquals(List.of(), admin.locks());

            LockInfo found = admin.lock(key).orElseThrow();
            assertEquals(LockMode.SHARED, found.holders().get(0).mode());
            assertNull(found.holders().get(0).since(), "not known");
        }
        other.release();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x holdfast/5/00000000/y",
                " holdfast/5/00000000",
                "x holdfast/5/shared/00000000",
                "\u00fc holdfast/5/00000000/y"
            })
    @DisplayName(
            "a key that looks like the name of another namespace's session hides its lock from nobody, and shows it to none")
    void shouldNotMistakeKeyForNamespace(String lookalike) throws Exception {
        LockAdmin ofFive = locker(CONFIG.namespace(5)).admin();
        LockAdmin ofSeven = locker(CONFIG.namespace(7)).admin();
        long id = LockId.of(7, lookalike);
        boolean isPrintable = lookalike.chars().allMatch(c -> c >= ' ' && c <= '~');
        for (SessionMode mode : SessionMode.values()) {
            Instant before = Instant.now();
            LockHandle handle = orders(CONFIG.namespace(7).sessions(mode)).acquire(LockRequest.of(lookalike));

            List<LockInfo> listed = ofSeven.locks();

            assertEquals(1, listed.size());
            assertEquals(id, listed.get(0).lockId());
            Session holder = listed.get(0).holders().get(0);
            if (mode == SessionMode.PINNED) {
                assertEquals(isPrintable ? lookalike : null, listed.get(0).key());
                assertTrue(Duration.between(before, holder.since()).abs().toSeconds() < 10, "since " + holder.since());
            } else {
                assertNull(listed.get(0).key());
                assertNull(holder.since(), "of a shared session");
            }
            assertEquals(lookalike, ofSeven.lock(lookalike).orElseThrow().key());
            assertEquals(List.of(), ofFive.locks());
            handle.release();
        }
    }

    @Test
    @DisplayName("C12: an operator ends a holder by force, and the holder is notified; an ended session is left alone")
    void shouldTerminateHolder() throws InterruptedException {
        LockHandle handle = orders(CONFIG).acquire(request);
        LockInfo lock = info(lockId);
        Session holder = lock.holders().get(0);
        Session laterOne = new Session(
                holder.pid(),
                holder.startedAt().minusSeconds(1),
                holder.mode(),
                holder.user(),
                holder.applicationName(),
                holder.address(),
                holder.since());

        assertFalse(admin.terminate(lock, laterOne), "another session with that process id");
        assertTrue(handle.isHeld());
        assertTrue(admin.terminate(lock, holder));

        Server.eventually("the holder is notified", () -> handle.state() == LockState.LOST);
        Server.eventually("it is free", () -> server.isFree(lockId));
        Server.eventually("the session has ended", () -> !server.sessionExists(holder.pid()));
        assertFalse(admin.terminate(lock, holder), "it has ended");
    }

    @Test
    @DisplayName("the statements of the documentation show a holder, and end it by hand if it holds that lock")
    void shouldEndHolderByHand() throws Exception {
        LockHandle handle = orders(CONFIG).acquire(request);
        LockHandle other = orders(CONFIG).acquire(LockRequest.of(key + "/other"));
        int pid = server.holder(lockId);
        String[] statements = documented();

        assertEquals(pid, server.ask(statements[0].replaceAll("= -\\d+", "= " + lockId)));
        String end = "select count(*) from (" + statements[1] + ") ended";
        assertEquals(
                0,
                server.ask(by(end, server.holder(LockId.of(CONFIG.namespace(), other.key())))),
                "it holds a different lock");
        assertEquals(1, server.ask(by(end, pid)));

        Server.eventually("the holder notices", () -> handle.state() == LockState.LOST);
        assertTrue(other.isHeld());
    }

    private String by(String statement, int pid) {
        return statement.replace("4711", String.valueOf(pid)).replaceAll("= -\\d+", "= " + lockId);
    }

    private static String[] documented() throws IOException {
        String page = Files.readString(Path.of("../docs/operations.md"));
        String section = page.substring(page.indexOf("### Ending a holder by hand"));
        String fence = "```";
        int start = section.indexOf(fence + "sql") + (fence + "sql").length();
        return section.substring(start, section.indexOf(fence, start)).split(";");
    }

    @Test
    @DisplayName("C17: a session that has released the lock since it was shown is left to its next user")
    void shouldLeaveFormerHolderAlone() throws Exception {
        LockHandle handle = locker(CONFIG).acquire(request);
        LockInfo lock = info(lockId);
        Session holder = lock.holders().get(0);
        handle.release();

        assertFalse(admin.terminate(lock, holder), "its connection may do other work by now");
        assertTrue(server.sessionExists(holder.pid()));
    }

    @Test
    @DisplayName("the exception for a role that may not end the holder contains the reason and the remedy")
    void shouldTellMissingPrivilege() throws Exception {
        String role = "nobody_" + System.nanoTime();
        execute("create role " + role + " login password 'nobody'");
        LockHandle handle = orders(CONFIG).acquire(request);
        try {
            PGSimpleDataSource weak = named("weak");
            weak.setUser(role);
            weak.setPassword("nobody");
            PostgresLocker locker = locker(CONFIG, ConnectionSource.of(weak));
            LockInfo info = locker.admin().lock(key).orElseThrow();
            assertNull(info.holders().get(0).startedAt(), "may not be seen by others");

            LockPrivilegeException refused = assertThrows(
                    LockPrivilegeException.class,
                    () -> locker.admin().terminate(info, info.holders().get(0)));

            assertTrue(refused.getMessage().contains("pg_signal_backend"), refused.getMessage());
            assertTrue(handle.isHeld());
            locker.acquire(LockRequest.of(key + "/weak")).release();
            locker.close();
        } finally {
            handle.release();
            execute("drop role " + role);
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = Databases.SHARED.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
