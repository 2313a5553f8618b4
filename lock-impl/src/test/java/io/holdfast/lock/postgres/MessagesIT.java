// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.sql.LockId;
import io.holdfast.lock.postgres.transaction.TransactionLock;
import io.holdfast.lock.postgres.transaction.TransactionLocks;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user reads of a lock that was not available or was lost: what happened, and what to do. */
@Timeout(60)
class MessagesIT extends LoggedTest {

    private static final Duration SHORT = Duration.ofMillis(50);

    /** The longest message around a shortened key. */
    private static final int LONGEST = 1_000;

    /** The messages of exceptions and records about one key. */
    private final class About {

        private final String odd;
        private final List<String> messages = new ArrayList<>();

        About(String odd) {
            this.odd = odd;
        }

        LockRequest request() {
            return LockRequest.of(odd);
        }

        long lockId() {
            return LockId.of(CONFIG.namespace(), odd);
        }

        <T extends RuntimeException> void note(Class<T> expected, Executable refused) {
            messages.add(assertThrows(expected, refused).getMessage());
        }

        void noteLogged(String id) throws InterruptedException {
            Server.eventually(id + " is logged", () -> !logged(id).isEmpty());
            messages.addAll(logged(id));
        }

        void assertReadable(String... ids) {
            String number = "lock id " + lockId();
            for (String id : ids) {
                assertTrue(messages.stream().anyMatch(message -> message.startsWith(id + ":")), id);
            }
            for (String message : messages) {
                assertSays(message, number);
                assertTrue(message.length() < LONGEST, () -> message.length() + " characters: " + message);
                assertTrue(message.codePoints().noneMatch(MessagesIT::breaksLine), message);
            }
        }
    }

    private static boolean breaksLine(int codePoint) {
        return Character.isISOControl(codePoint) || codePoint == '\u2028' || codePoint == '\u2029';
    }

    @ParameterizedTest
    @ValueSource(strings = {"line breaks", "4,000 characters"})
    @DisplayName("whatever the key, each message about its lock is one line, shortened, and has the lock id")
    void shouldShowEveryKeyOnOneLine(String kind) throws Exception {
        String odd = kind.startsWith("line")
                ? key + "\r\nSEVERE: login of root\n\u0085\u2028\u2029\u001b[2J end"
                : key + "x".repeat(4_000 - key.length());
        About about = new About(odd);
        PostgresLocker locker = locker(CONFIG);
        LockRequest inTransaction = about.request().scope(LockScope.TRANSACTION);
        LockRequest another = LockRequest.of(key + "/another");

        about.note(LockUnavailableException.class, () -> refusing().acquire(about.request(), SHORT));
        about.note(IllegalArgumentException.class, () -> locker.acquire(inTransaction));
        noteRefusedTransactions(about, locker.transactionLocks(), inTransaction);
        PostgresLocker single = locker(CONFIG.maxSessions(1));
        PostgresLocker one = locker(CONFIG.maxLocks(1));
        try (LockHandle session = single.acquire(another.mode(LockMode.SHARED));
                LockHandle lock = one.acquire(another.mode(LockMode.SHARED))) {
            about.note(LockLimitException.class, () -> single.acquire(about.request(), SHORT));
            about.note(LockLimitException.class, () -> one.acquire(about.request(), SHORT));
        }

        LockHandle held = locker.acquire(about.request());
        about.note(LockNotAcquiredException.class, () -> locker.acquire(about.request(), SHORT));
        about.note(LockNotAcquiredException.class, () -> elsewhere().acquire(about.request(), SHORT));
        held.release();
        about.note(LockNotHeldException.class, held::release);

        LockHandle lost = locker.acquire(about.request());
        lost.onLost(() -> {
            throw new IllegalStateException("the action fails");
        });
        server.terminate(server.holder(about.lockId()));
        about.noteLogged("HOLDFAST-0011");
        about.noteLogged("HOLDFAST-0026");
        about.note(LockNotHeldException.class, () -> lost.refresh(LONG));

        LockHandle lapsed = locker.acquire(about.request().ttl(Duration.ofMillis(1)));
        Server.eventually("it has lapsed", () -> lapsed.state() == LockState.LAPSED);
        lapsed.close();
        about.noteLogged("HOLDFAST-0012");

        locker.acquire(about.request());
        Server.eventually("the dropped handle is found", () -> {
            System.gc();
            return !logged("HOLDFAST-0023").isEmpty();
        });
        about.noteLogged("HOLDFAST-0023");

        Server.eventually("it is free", () -> server.isFree(about.lockId()));
        locker.close();
        about.note(IllegalStateException.class, () -> locker.acquire(about.request(), SHORT));
        about.assertReadable(
                "HOLDFAST-0001",
                "HOLDFAST-0002",
                "HOLDFAST-0004",
                "HOLDFAST-0010",
                "HOLDFAST-0011",
                "HOLDFAST-0012",
                "HOLDFAST-0017",
                "HOLDFAST-0018",
                "HOLDFAST-0023",
                "HOLDFAST-0026",
                "HOLDFAST-0028",
                "HOLDFAST-0030",
                "HOLDFAST-0031",
                "HOLDFAST-0048");
    }

    private PostgresLocker refusing() {
        return locker(CONFIG, () -> {
            throw new SQLException("refused\nby somebody", "28000");
        });
    }

    private static void noteRefusedTransactions(About about, TransactionLocks locks, LockRequest request)
            throws Exception {
        try (Connection connection = Databases.SHARED.connect()) {
            ConnectionSource source = () -> JdbcProxy.unclosed(connection);
            about.note(LockDatabaseUnfitException.class, () -> locks.acquire(source, request, LONG));
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            about.note(LockDatabaseUnfitException.class, () -> locks.acquire(source, request, LONG));
            connection.rollback();
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            TransactionLock lock = locks.acquire(source, request, LONG);
            about.note(IllegalStateException.class, () -> lock.refresh(LONG));
            connection.rollback();
        }
    }

    @Test
    @DisplayName("the message says who holds the lock: the caller itself, this JVM, or another")
    void shouldTellWhoHoldsIt() throws Exception {
        PostgresLocker locker = locker(CONFIG);
        LockHandle handle = locker.acquire(request);

        String own = assertThrows(LockNotAcquiredException.class, () -> locker.acquire(request, SHORT))
                .getMessage();
        assertSays(own, "HOLDFAST-0001", "this very thread", "asLock");

        Future<?> waiter = threads.submit(() -> locker.acquire(request, SHORT));
        ExecutionException ofAnother = assertThrows(ExecutionException.class, waiter::get);
        assertSays(ofAnother.getCause().getMessage(), "HOLDFAST-0001", "held by somebody else in this JVM;");
        CompletionException ofNone = assertThrows(
                CompletionException.class,
                () -> locker.acquireAsync(request, SHORT).join());
        assertSays(ofNone.getCause().getMessage(), "HOLDFAST-0001", "held by somebody else in this JVM;");

        String elsewhere = assertThrows(
                        LockNotAcquiredException.class, () -> elsewhere().acquire(request, SHORT))
                .getMessage();
        assertSays(elsewhere, "HOLDFAST-0001", "held by somebody else;", "pg_locks");
        handle.release();
    }
}
