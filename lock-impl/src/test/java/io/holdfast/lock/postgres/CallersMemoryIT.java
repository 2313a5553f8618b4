// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.holdfast.lock.postgres.config.ConnectionSource;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;

/** How much memory a lock on a kept session takes on the thread of its caller. */
@Timeout(120)
class CallersMemoryIT extends LockerTest {

    /** The goal is 4 KiB; how much the compiler saves differs. */
    private static final int MOST_BYTES = 5 * 1024;

    private interface Work {
        void run() throws Exception;
    }

    private void warmUp(PostgresLocker locker) throws InterruptedException {
        locker.acquire(request).release();
        locker.acquire(request).release();
    }

    @Test
    @DisplayName("a lock on a kept session allocates little more than the driver does for its two statements")
    void shouldAllocateLittle() throws Exception {
        List<String> statements = new CopyOnWriteArrayList<>();
        PostgresLocker shown =
                locker(CallersThreadIT.QUIET, () -> Statements.watched(Databases.SHARED.connect(), statements::add));
        warmUp(shown);
        shown.close();
        String lock = statements.get(statements.size() - 3);
        String unlock = statements.get(statements.size() - 2);
        try (PostgresLocker locker = new PostgresLocker(CallersThreadIT.QUIET, ConnectionSource.of(pool), List.of());
                Connection connection = pool.getConnection()) {
            warmUp(locker);
            int pid = connection.unwrap(PGConnection.class).getBackendPID();
            long driver = leastAllocated(() -> {
                assertTrue(ask(connection, lock, statement -> statement.setLong(1, lockId + 1)));
                assertTrue(ask(connection, unlock, statement -> {
                    statement.setInt(1, pid);
                    statement.setLong(2, lockId + 1);
                }));
            });
            long both = leastAllocated(() -> locker.acquire(request).release());

            System.out.printf("bytes of a pair: %d of the driver's, %d of the locker's%n", driver, both - driver);
            assertTrue(both - driver <= MOST_BYTES, () -> "more than the driver: " + (both - driver));
        }
    }

    /** How many bytes of one run, in the best of several rounds: a compiler at work adds to some. */
    private static long leastAllocated(Work work) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int runs = 500;
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            for (int i = 0; i < runs; i++) {
                work.run();
            }
            long bytes = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
            least = Math.min(least, bytes / runs);
        }
        return least;
    }

    private interface Binding {
        void bind(PreparedStatement statement) throws SQLException;
    }

    private static boolean ask(Connection connection, String sql, Binding binding) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            binding.bind(statement);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }
}
