// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.SessionMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Locks that pass from holder to holder inside the JVM: what it costs, and who is next. */
@Timeout(120)
class HandOverIT extends HandOverTest {

    private static final int THREADS = 8;
    private static final int EACH = 300;

    /** Holders that one grant serves. */
    private static final int MOST_OF_ONE_GRANT = 64;

    /** What the lock protects; not atomic on purpose. */
    private int counter;

    private void count(PostgresLocker locker) throws Exception {
        for (int i = 0; i < EACH; i++) {
            try (LockHandle handle = locker.acquire(request)) {
                int read = counter;
                assertEquals(LockState.HELD, handle.state());
                counter = read + 1;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C1, C16: threads of one locker that want one key need few round trips, and lose no increment")
    void shouldPassOnWithoutAsking(SessionMode mode) throws Exception {
        PostgresLocker locker = counted(HANDING.sessions(mode));

        onThreads(THREADS, () -> {
            count(locker);
            return null;
        });

        int acquisitions = THREADS * EACH;
        assertEquals(acquisitions, counter);
        assertTrue(statements.size() <= acquisitions / 10, statements.size() + " statements");
        assertTrue(statements.size() > acquisitions / MOST_OF_ONE_GRANT, "others have a chance: " + statements.size());
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C16: with a hand-over of zero every release asks the server")
    void shouldAskIfSwitchedOff(SessionMode mode) throws Exception {
        PostgresLocker locker = counted(HANDING.sessions(mode).handOver(Duration.ZERO));

        onThreads(THREADS, () -> {
            count(locker);
            return null;
        });

        assertEquals(THREADS * EACH, counter);
        assertTrue(statements.size() >= THREADS * EACH, "each release asks: " + statements.size());
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C16: a release asks the server when its last proof is older than the limit")
    void shouldAskWhenProofIsOld(SessionMode mode) throws Exception {
        PostgresLocker locker = counted(HANDING.sessions(mode).handOver(Duration.ofMillis(5)));
        LockHandle held = locker.acquire(request);
        for (CompletableFuture<LockHandle> waiter : queue(locker, request, request, request)) {
            statements.clear();
            Server.letPass(Duration.ofMillis(6));
            held.release();
            held = get(waiter);
            assertEquals(1, statements.size(), statements::toString);
        }
        held.release();
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C16: a release after the ttl asks the server, and so does one before which the lock was suspect")
    void shouldAskAfterLapse(SessionMode mode) throws Exception {
        PostgresLocker locker = counted(HANDING.sessions(mode));
        LockHandle held = locker.acquire(request.ttl(Duration.ofMillis(20)));
        CompletableFuture<LockHandle> waiter = queue(locker, request).get(0);
        Server.letPass(Duration.ofMillis(30));
        assertEquals(LockState.LAPSED, held.state());
        statements.clear();

        assertThrows(LockNotHeldException.class, held::release);

        get(waiter).release();
        assertEquals(2, statements.size(), statements::toString);
    }

    @Test
    @DisplayName("C5: waiting threads get the lock in the order in which they came, over hand-overs and yields")
    void shouldServeInOrder() throws Exception {
        PostgresLocker locker = counted(HANDING);
        List<Integer> served = new ArrayList<>();
        List<Integer> expected =
                IntStream.range(0, 2 * MOST_OF_ONE_GRANT).boxed().toList();
        List<Thread> waiting = new ArrayList<>();
        LockHandle held = locker.acquire(request);
        for (int number : expected) {
            Thread thread = new Thread(() -> {
                try (LockHandle handle = locker.acquire(request)) {
                    served.add(number);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            thread.start();
            waiting.add(thread);
            Server.eventually("it waits", () -> thread.getState() == Thread.State.TIMED_WAITING);
        }

        held.release();

        for (Thread thread : waiting) {
            thread.join();
        }
        assertEquals(expected, served);
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C5, C10: a future that waits is handed the lock without a round trip; until then, a try is refused")
    void shouldPassOnToFutures(SessionMode mode) throws Exception {
        PostgresLocker locker = counted(HANDING.sessions(mode));
        LockHandle held = locker.acquire(request);
        List<CompletableFuture<LockHandle>> waiters = queue(locker, request, request, request);
        statements.clear();
        for (CompletableFuture<LockHandle> waiter : waiters) {
            assertFalse(waiter.isDone());
            held.release();
            held = get(waiter);
            assertTrue(locker.tryAcquire(request).isEmpty());
        }
        assertEquals(0, statements.size(), statements::toString);
        held.release();
        assertEquals(1, statements.size(), statements::toString);
        assertTrue(server.isFree(lockId));
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C5, C20: shared and enforced requests get their turn in the line, each by a grant of its own")
    void shouldNotOvertakeOthers(SessionMode mode) throws Exception {
        PostgresLocker locker = counted(HANDING.sessions(mode));
        LockRequest shared = request.mode(LockMode.SHARED);
        LockRequest enforced = request.enforcedTtl(LONG);
        LockHandle held = locker.acquire(request);
        List<CompletableFuture<LockHandle>> waiters =
                queue(locker, request, shared, request, enforced, request, shared, enforced, shared, request);
        statements.clear();
        int acquired = 0;
        for (CompletableFuture<LockHandle> waiter : waiters) {
            assertFalse(waiter.isDone(), "not before its turn");
            held.release();
            held = get(waiter);
            if (++acquired == 1) {
                assertEquals(0, statements.size(), "the first was handed the lock");
            }
            long others = waiters.stream().filter(CompletableFuture::isDone).count();
            assertEquals(acquired, others, "nobody else has it");
        }
        held.release();
        long grants = statements.stream()
                .filter(statement -> statement.contains("_lock"))
                .count();
        assertTrue(grants >= 8, "each of the others asked the server: " + statements);
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C1, C5: another JVM gets a hot lock after 64 holders at most, and the threads here get it again")
    void shouldLetOthersIn(SessionMode mode) throws Exception {
        PostgresLocker locker = counted(HANDING.sessions(mode));
        PostgresLocker elsewhere = elsewhere();
        AtomicInteger served = new AtomicInteger();
        AtomicInteger holders = new AtomicInteger();
        Future<?> hot = threads.submit(() -> {
            onThreads(THREADS, () -> {
                while (served.get() < 5) {
                    try (LockHandle handle = locker.acquire(request)) {
                        counter++;
                        holders.incrementAndGet();
                    }
                }
                return null;
            });
            return null;
        });
        for (int i = 0; i < 5; i++) {
            int seen = holders.get();
            Server.eventually("they get on", () -> holders.get() > seen + THREADS);
            Future<LockHandle> waiter = threads.submit(() -> elsewhere.acquire(request));
            Server.eventually(
                    "it waits",
                    () -> waiter.isDone() || server.locks(lockId).stream().anyMatch(row -> !row.granted()));
            int before = holders.get();
            LockHandle handle = get(waiter);
            int overtaken = holders.get() - before;
            counter++;
            served.incrementAndGet();
            handle.release();
            assertTrue(overtaken <= MOST_OF_ONE_GRANT, overtaken + " holders came first");
        }
        hot.get(20, TimeUnit.SECONDS);
        assertEquals(counter, holders.get() + served.get());
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C15: tokens grow over hand-overs, yields and lockers, and a holder keeps the token that it got")
    void shouldGrowTokens(SessionMode mode) throws Exception {
        PostgresLocker locker = counted(HANDING.sessions(mode));
        PostgresLocker elsewhere = elsewhere();
        List<FencingToken> tokens = new ArrayList<>();
        AtomicInteger turns = new AtomicInteger();
        AtomicInteger threadNumber = new AtomicInteger();
        onThreads(THREADS, () -> {
            PostgresLocker mine = threadNumber.incrementAndGet() == 1 ? elsewhere : locker;
            for (int i = 0; i < EACH; i++) {
                boolean fenced = turns.incrementAndGet() % 97 != 0;
                LockHandle handle = mine.acquire(request.fenced(fenced));
                Optional<FencingToken> token = handle.fencingToken();
                token.ifPresent(tokens::add);
                handle.release();
                assertEquals(fenced, token.isPresent());
                assertEquals(token, handle.fencingToken());
            }
            return null;
        });
        assertTrue(tokens.size() > THREADS * EACH * 9 / 10);
        for (int i = 1; i < tokens.size(); i++) {
            FencingToken before = tokens.get(i - 1);
            FencingToken token = tokens.get(i);
            assertTrue(token.compareTo(before) > 0, token + " after " + before);
        }
        assertTrue(statements.size() < EACH * THREADS / 2, "most were handed over: " + statements.size());
    }
}
