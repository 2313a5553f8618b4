// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.lock.LockHandle;
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
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The view for operators, and the statements of the runbook, as they are written on the page: run as the roles that the
 * page creates for them, which have no other rights, on a lock that one node holds and a second one waits for.
 */
@Timeout(60)
class RunbookIT extends LockerTest {

    private static final Path PAGE = Path.of("../docs/runbook.md");
    private static final Path VIEW = Path.of("../docs/sql/holdfast-locks.sql");

    private static final Pattern SECTION = Pattern.compile("(?m)^## (.+)$");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```sql *(\\w*)$(.*?)^ *```$");

    private static final String WHO = "Who holds a lock";
    private static final String END = "A holder does not end";
    private static final String QUEUES = "Waiters pile up";
    private static final String LOST = "Locks were lost";

    private static final String SUPERUSER = "superuser";
    private static final String PASSWORD = "operator";
    private static final String SUFFIX = "_" + System.nanoTime();
    private static final String APPLICATION = "application" + SUFFIX;

    /** A predefined role, and the only member that the page gives it. */
    private static final Map<String, String> MEMBERS =
            Map.of("pg_monitor", "lock_watcher" + SUFFIX, "pg_signal_backend", "lock_ender" + SUFFIX);

    private static final String WATCHER = MEMBERS.get("pg_monitor");
    private static final String ENDER = MEMBERS.get("pg_signal_backend");

    /** A block of the page: its section, the role that it needs, and its statements. */
    private record Block(String section, String role, String sql) {}

    private final String shown = "order/" + System.nanoTime() % 100_000;
    private final long shownId = LockId.of(CONFIG.namespace(), shown);

    @BeforeAll
    static void createRolesAndView() throws Exception {
        execute("create role " + APPLICATION + " login password '" + PASSWORD + "' connection limit 50");
        execute("alter role " + APPLICATION + " set tcp_keepalives_idle = 10");
        for (Block block : blocks()) {
            if (block.role().equals(SUPERUSER)) {
                execute(block.sql()
                        .replaceAll("\\b(lock_watcher|lock_ender)\\b", "$1" + SUFFIX)
                        .replace("database locks", "database " + database()));
            }
        }
        for (String member : MEMBERS.values()) {
            execute("alter role " + member + " password '" + PASSWORD + "'");
        }
        execute(Files.readString(VIEW));
    }

    @AfterAll
    static void dropRolesAndView() throws SQLException {
        execute("drop view holdfast_locks");
        for (String role : List.of(APPLICATION, WATCHER, ENDER)) {
            execute("drop owned by " + role + "; drop role " + role);
        }
    }

    private LockHandle held;
    private Future<LockHandle> waiter;

    /** By one node, and waited for by a second one. */
    private void hold() throws InterruptedException {
        held = node("node1", CONFIG).acquire(LockRequest.of(shown));
        PostgresLocker second = node("node2", CONFIG);
        waiter = threads.submit(() -> second.acquire(LockRequest.of(shown)));
        // The time when a wait began appears shortly after the wait.
        String waiting =
                "select count(*) from pg_locks where not granted and waitstart is not null and objid::bigint = ";
        Server.eventually("it waits", () -> server.ask(waiting + (shownId & 0xffff_ffffL)) == 1);
    }

    @AfterEach
    void release() throws Exception {
        if (held != null) {
            held.close();
            waiter.get().close();
        }
    }

    private PostgresLocker node(String name, LockerConfig config) {
        return locker(config, ConnectionSource.of(as(APPLICATION, name)));
    }

    @Test
    @DisplayName("each statement for a member of pg_monitor runs as one, and finds something")
    void statementsShouldRun() throws Exception {
        hold();
        int run = 0;
        for (Block block : blocks()) {
            if (block.role().equals("pg_monitor")) {
                assertFalse(ask(WATCHER, aboutThisLock(block.sql())).isEmpty(), block::toString);
                run++;
            }
        }
        assertTrue(run > 10, "the page was read");
        assertEquals(Set.of(SUPERUSER, "pg_monitor", "pg_signal_backend"), roles(), "each block names its role");
    }

    private static Set<String> roles() throws IOException {
        return blocks().stream().map(Block::role).collect(Collectors.toSet());
    }

    @Test
    @DisplayName("the view shows the holder, and who waits for it and since when")
    void viewShouldShowHolderAndWaiter() throws Exception {
        Instant before = Instant.now();
        hold();

        Map<String, Object> holder = row(WATCHER, "select * from holdfast_locks where granted and lock_id = ?");
        Map<String, Object> waiting = row(WATCHER, "select * from holdfast_locks where not granted and lock_id = ?");

        assertEquals(shownId, holder.get("lock_id"));
        assertEquals((long) CONFIG.namespace(), holder.get("namespace"));
        assertEquals(shown, holder.get("key"));
        assertEquals("node1", holder.get("node"));
        assertEquals(APPLICATION, holder.get("role"));
        assertEquals(server.holder(shownId), holder.get("pid"));
        assertEquals("EXCLUSIVE", holder.get("mode"));
        assertNull(holder.get("blocked_by"));
        assertNotNull(holder.get("address"));
        assertNotNull(holder.get("session_start"));
        assertNear(before, holder.get("since"));
        assertEquals((long) CONFIG.namespace(), waiting.get("namespace"));
        assertEquals(shown, waiting.get("key"));
        assertEquals("node2", waiting.get("node"));
        assertEquals(Set.of(server.holder(shownId)), waiting.get("blocked_by"));
        assertNear(before, waiting.get("since"));
    }

    private static void assertNear(Instant expected, Object actual) {
        Instant time = ((Timestamp) actual).toInstant();
        assertTrue(Duration.between(expected, time).abs().toSeconds() < 10, () -> expected + " and " + time);
    }

    @Test
    @DisplayName("the view is for members of pg_monitor, and shows others no more than PostgreSQL does")
    void viewShouldNotShowMoreThanAllowed() throws Exception {
        hold();
        assertEquals(
                "42501",
                assertThrows(SQLException.class, () -> ask(ENDER, "select * from holdfast_locks"))
                        .getSQLState());
        execute("grant select on holdfast_locks to " + ENDER);

        Map<String, Object> seen = row(ENDER, "select * from holdfast_locks where granted and lock_id = ?");

        execute("revoke select on holdfast_locks from " + ENDER);
        assertEquals(shown, seen.get("key"));
        assertNull(seen.get("address"));
        assertNull(seen.get("session_start"));
    }

    @Test
    @DisplayName("of a lock on a shared session the view shows the node and the namespace, and claims no more")
    void viewShouldShowSharedSessions() throws Exception {
        LockHandle handle = node("node3", CONFIG.sessions(SessionMode.SHARED)).acquire(LockRequest.of(shown));

        Map<String, Object> row = row(WATCHER, "select * from holdfast_locks where lock_id = ?");

        handle.release();
        assertEquals("node3", row.get("node"));
        assertEquals((long) CONFIG.namespace(), row.get("namespace"));
        assertNull(row.get("key"));
        assertNull(row.get("since"));
    }

    @Test
    @DisplayName("no application name makes the view fail, and a key that looks like one is shown as it is")
    void viewShouldBearAnyName() throws Exception {
        String lookalike = "x holdfast/5/00000000/y";
        LockHandle handle = node("n", CONFIG).acquire(LockRequest.of(lookalike));
        try (Connection program = Databases.SHARED.connect();
                Statement statement = program.createStatement()) {
            for (String name : List.of("", "psql", "x holdfast/9999999999/ffffffff/", "holdfast/1/00000000/liar")) {
                statement.execute("set application_name = '" + name + "'");
                statement.execute("select pg_advisory_lock_shared(" + shownId + ")");

                Map<String, Object> row = row(WATCHER, "select * from holdfast_locks where lock_id = ?");

                assertEquals(name.startsWith("holdfast") ? 1L : null, row.get("namespace"), name);
                assertEquals(name.equals("psql") ? name : name.startsWith("x ") ? "x" : "", row.get("node"), name);
                assertEquals("SHARED", row.get("mode"));
            }
        }
        Map<String, Object> row = ask(
                        WATCHER,
                        "select * from holdfast_locks where lock_id = " + LockId.of(CONFIG.namespace(), lookalike))
                .get(0);
        handle.release();
        assertEquals(lookalike, row.get("key"));
        assertEquals("n", row.get("node"));
    }

    @Test
    @DisplayName("a lock of a prepared transaction, which has no session, is in the view, and in the list of all locks")
    void viewShouldShowPreparedTransaction() throws Exception {
        assumeTrue(server.ask("select current_setting('max_prepared_transactions')::int") > 0);
        String transaction = "runbook" + SUFFIX;
        try (Connection program = Databases.SHARED.connect();
                Statement statement = program.createStatement()) {
            statement.execute("begin");
            statement.execute("select pg_advisory_xact_lock(" + shownId + ")");
            statement.execute("prepare transaction '" + transaction + "'");
            try {
                Map<String, Object> row = row(WATCHER, "select * from holdfast_locks where lock_id = ?");

                assertEquals(true, row.get("granted"));
                assertNull(row.get("pid"));
                assertNull(row.get("node"));
                assertTrue(ask(WATCHER, block(WHO, 0)).stream()
                        .anyMatch(lock -> lock.get("lock_id").equals(shownId)));
            } finally {
                statement.execute("rollback prepared '" + transaction + "'");
            }
        }
    }

    @Test
    @DisplayName("the page finds a holder, with and without the view, and its queue")
    void shouldFindHolder() throws Exception {
        hold();
        int pid = server.holder(shownId);

        Map<String, Object> holder = ask(WATCHER, block(WHO, 0)).stream()
                .filter(row -> row.get("lock_id").equals(shownId))
                .findFirst()
                .orElseThrow();
        List<Map<String, Object>> queue = ask(WATCHER, block(WHO, 1));
        List<Map<String, Object>> withoutView = ask(ENDER, block(WHO, 2));

        assertEquals(List.of("node1", shown, pid), List.of(holder.get("node"), holder.get("key"), holder.get("pid")));
        assertNotNull(holder.get("held_for"));
        assertEquals(
                List.of("node1", "node2"),
                queue.stream().map(row -> row.get("node")).toList());
        assertEquals(Set.of(pid), queue.get(1).get("blocked_by"));
        assertEquals(2, withoutView.size());
        assertTrue(
                withoutView.stream().anyMatch(row -> row.get("pid").equals(pid) && row.get("granted") == Boolean.TRUE));
    }

    @Test
    @DisplayName("the page ends a holder that still holds the lock, and the next one has it; to cancel it does nothing")
    void shouldEndHolder() throws Exception {
        hold();
        int pid = server.holder(shownId);
        long killed = killed();
        String end = block(END, 0);

        String cancel = block(END, 1).replace("4711", String.valueOf(pid));
        assertEquals(true, ask(ENDER, cancel).get(0).get("pg_cancel_backend"));
        assertEquals(List.of(), ask(ENDER, end.replace("4711", "-1")), "a different session");
        Server.throughout(CHECK_INTERVAL.multipliedBy(2), "it is held", held::isHeld);
        assertEquals(pid, server.holder(shownId));
        String endHolder = end.replace("4711", String.valueOf(pid));
        assertEquals(
                "42501",
                assertThrows(SQLException.class, () -> ask(WATCHER, endHolder)).getSQLState(),
                "pg_monitor may not");
        assertEquals(true, ask(ENDER, endHolder).get(0).get("pg_terminate_backend"));

        assertFalse(server.sessionExists(pid), "it has ended when the statement answers");
        LockHandle next = waiter.get();
        assertTrue(next.isHeld());
        assertNotEquals(pid, server.holder(shownId));
        Server.eventually("the former holder notices", () -> held.state() == LockState.LOST);
        Server.eventually("the statistics show it", () -> killed() > killed);
        held = null;
        next.release();
    }

    private long killed() {
        try {
            return (Long) ask(WATCHER, block(LOST, 0)).get(0).get("sessions_killed");
        } catch (SQLException | IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("the page shows the longest queues, and who waits for whom")
    void shouldShowQueues() throws Exception {
        hold();

        Map<String, Object> queue = ask(WATCHER, block(QUEUES, 0)).get(0);
        Map<String, Object> pair = ask(WATCHER, block(QUEUES, 1)).get(0);

        assertEquals(shown, queue.get("key"));
        assertEquals(1L, queue.get("waiters"));
        assertEquals(Set.of("node1"), queue.get("holders"));
        assertNotNull(queue.get("oldest_wait"));
        assertNotNull(queue.get("held_since"));
        assertEquals(List.of("node2", "node1"), List.of(pair.get("waiter"), pair.get("holder")));
        assertEquals(server.holder(shownId), pair.get("holder_pid"));
    }

    @Test
    @DisplayName("the page counts the locks before a restart, and shows settings, sessions and limits")
    void shouldShowServer() throws Exception {
        hold();
        String restart = "The database restarts or fails over";
        String connections = "No connection is available";

        assertEquals(
                Map.of("held", 1L, "waiting", 1L),
                ask(WATCHER, block(restart, 0)).get(0));
        assertEquals(false, ask(WATCHER, block(restart, 1)).get(0).get("standby"));
        assertTrue(ask(WATCHER, block(LOST, 1)).stream()
                .anyMatch(row ->
                        APPLICATION.equals(row.get("role")) && "tcp_keepalives_idle=10".equals(row.get("setting"))));
        assertEquals(7, ask(WATCHER, block(LOST, 2)).size());
        assertTrue(ask(WATCHER, block(connections, 0)).stream()
                .anyMatch(row -> APPLICATION.equals(row.get("role")) && "node1".equals(row.get("node"))));
        assertTrue(ask(WATCHER, block(connections, 1)).stream()
                .anyMatch(row -> ("role " + APPLICATION).equals(row.get("limited"))));
        assertEquals(2L, ask(WATCHER, block(connections, 2)).get(0).get("advisory"));
        assertEquals(
                "Lock",
                ask(WATCHER, block("Locks are SUSPECT", 0).replace("node1", "node2"))
                        .get(0)
                        .get("wait_event_type"));
        assertEquals(
                Set.of("node1", "node2"),
                ask(WATCHER, block("A pooler is in between", 0)).get(0).get("nodes"));
    }

    /** The statement of a section, about the lock of this test. */
    private String block(String section, int index) throws IOException {
        return aboutThisLock(blocks().stream()
                .filter(block -> block.section().equals(section))
                .toList()
                .get(index)
                .sql());
    }

    private String aboutThisLock(String sql) {
        return sql.replace("-4157212354532121", String.valueOf(shownId));
    }

    private static List<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        String[] sections = SECTION.split(Files.readString(PAGE));
        List<String> titles = SECTION.matcher(Files.readString(PAGE))
                .results()
                .map(title -> title.group(1))
                .toList();
        for (int i = 1; i < sections.length; i++) {
            String title = titles.get(i - 1);
            BLOCK.matcher(sections[i])
                    .results()
                    .forEach(block -> blocks.add(new Block(title, block.group(1), block.group(2))));
        }
        return blocks;
    }

    private Map<String, Object> row(String role, String sql) throws SQLException {
        List<Map<String, Object>> rows = ask(role, sql.replace("?", String.valueOf(shownId)));
        assertEquals(1, rows.size());
        return rows.get(0);
    }

    /** Arrays become sets. */
    private static List<Map<String, Object>> ask(String role, String sql) throws SQLException {
        try (Connection connection = as(role, "psql").getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<Map<String, Object>> rows = new ArrayList<>();
            while (result.next()) {
                Map<String, Object> row = new TreeMap<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    Object value = result.getObject(i);
                    row.put(
                            result.getMetaData().getColumnLabel(i),
                            value instanceof java.sql.Array array ? Set.of((Object[]) array.getArray()) : value);
                }
                rows.add(row);
            }
            return rows;
        }
    }

    private static PGSimpleDataSource as(String role, String applicationName) {
        PGSimpleDataSource dataSource = (PGSimpleDataSource) Databases.SHARED.dataSource();
        dataSource.setUser(role);
        dataSource.setPassword(PASSWORD);
        dataSource.setApplicationName(applicationName);
        return dataSource;
    }

    private static String database() {
        return ((PGSimpleDataSource) Databases.SHARED.dataSource()).getDatabaseName();
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = Databases.SHARED.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
