// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.ee.domain.Retrying.Attempt;
import io.holdfast.lock.postgres.config.UnansweredConnectException;
import io.holdfast.lock.testkit.InMemoryLocker;
import io.holdfast.lock.testkit.InMemoryLocks;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BreakerTest {

    private static final Duration DELAY = Duration.ofSeconds(2);
    private static final int MOST_FAILURES = 3;
    private static final LockException DOWN =
            new LockUnavailableException("HOLDFAST-0004: down", new ConnectException("Connection refused"));
    private static final LockException SILENT =
            new LockConnectionTimeoutException("HOLDFAST-0003: no answer", new UnansweredConnectException());
    private static final LockException EXHAUSTED = new LockConnectionTimeoutException("HOLDFAST-0003: pool", null);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);

    /** What the database answers to the one that asks it; null for an answer. */
    private volatile Exception ofPing = DOWN;

    private volatile CountDownLatch pinging = new CountDownLatch(0);
    private volatile CountDownLatch answer = new CountDownLatch(0);

    private final Breaker breaker = new Breaker("billing", MOST_FAILURES, DELAY, this::ping, nanos::get);

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private void ping() throws InterruptedException {
        pinging.countDown();
        answer.await();
        if (ofPing instanceof InterruptedException interrupted) {
            throw interrupted;
        }
        if (ofPing instanceof RuntimeException failure) {
            throw failure;
        }
    }

    private void fail(RuntimeException failure) {
        assertSame(
                failure,
                assertThrows(
                        RuntimeException.class,
                        () -> run(() -> {
                            throw failure;
                        })));
    }

    private static Optional<LockHandle> granted() throws InterruptedException {
        try (InMemoryLocker locker = new InMemoryLocks().newLocker()) {
            return locker.tryAcquire(LockRequest.of("key"));
        }
    }

    private void open() {
        for (int i = 0; i < MOST_FAILURES; i++) {
            fail(DOWN);
        }
    }

    private LockUnavailableException assertRefused() {
        Attempt never = () -> {
            throw new AssertionError("the database is asked");
        };
        return assertThrows(Breaker.OpenException.class, () -> run(never)).toException();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    @DisplayName(
            "failures in a row open it, whether a connect was refused or not answered; the refusal says what is wrong")
    void shouldOpen() {
        fail(SILENT);
        fail(SILENT);
        fail(DOWN);
        pass(Duration.ofMillis(500));

        LockUnavailableException refused = assertRefused();

        for (String part :
                List.of("HOLDFAST-0107", "'billing'", "3 attempts", "for 0.5 s", "in 1.5 s", "Connection refused")) {
            assertTrue(refused.getMessage().contains(part), refused.getMessage());
        }
        assertNull(refused.getCause(), "it names the key of a different caller");
    }

    @Test
    @DisplayName("a success resets the count, and so does a refusal by the database")
    void shouldCountInARowOnly() throws InterruptedException {
        List<Attempt> answers = List.of(BreakerTest::granted, () -> {
            throw new LockDatabaseUnfitException("a standby", null);
        });
        for (Attempt each : answers) {
            fail(DOWN);
            fail(DOWN);
            try {
                run(each);
            } catch (LockException e) {
                assertTrue(!(e instanceof LockConnectionTimeoutException));
            }
        }
        fail(DOWN);
        fail(DOWN);
        run(BreakerTest::granted);
    }

    @Test
    @DisplayName("an exhausted pool, a reached limit, misuse and interruption neither count nor begin the count again")
    void shouldNotCountOthers() {
        for (int i = 0; i < MOST_FAILURES; i++) {
            fail(EXHAUSTED);
            fail(new LockLimitException("full", null));
            fail(new IllegalStateException("misuse"));
            assertThrows(
                    InterruptedException.class,
                    () -> run(() -> {
                        throw new InterruptedException();
                    }));
        }
        fail(DOWN);
        fail(DOWN);
        fail(EXHAUSTED);
        fail(DOWN);
        assertRefused();
    }

    @Test
    @DisplayName("after the delay one caller asks the database, and the others are refused until it has answered")
    void shouldLetOneAsk() throws Exception {
        open();
        pass(DELAY);
        ofPing = null;
        pinging = new CountDownLatch(1);
        answer = new CountDownLatch(1);
        Future<Optional<LockHandle>> first = threads.submit(() -> run(BreakerTest::granted));
        pinging.await();

        assertTrue(assertRefused().getMessage().contains("asked again now"));

        answer.countDown();
        assertTrue(first.get().isPresent());
        run(BreakerTest::granted);
        fail(DOWN);
        fail(DOWN);
        run(BreakerTest::granted);
    }

    @Test
    @DisplayName("a database that does not answer then keeps it open for a further delay")
    void shouldStayOpen() throws InterruptedException {
        open();
        pass(DELAY);

        assertTrue(assertRefused().getMessage().contains("in 2.0 s"));
        pass(DELAY.minusMillis(1));
        assertRefused();
        pass(Duration.ofMillis(1));
        ofPing = null;
        assertTrue(run(BreakerTest::granted).isPresent());
    }

    @Test
    @DisplayName(
            "after a question that ends by interruption, an exhausted pool or a closed locker, the next caller asks")
    void shouldNotBeWedged() throws InterruptedException {
        open();
        pass(DELAY);
        ofPing = new InterruptedException();
        assertThrows(InterruptedException.class, () -> run(BreakerTest::granted));
        ofPing = EXHAUSTED;
        fail(EXHAUSTED);
        ofPing = new IllegalStateException("closed");
        fail(EXHAUSTED);
        ofPing = DOWN;
        assertRefused();
        pass(DELAY);
        ofPing = null;
        assertTrue(run(BreakerTest::granted).isPresent());
    }

    @Test
    @DisplayName("attempts that began before the database answered, and fail afterwards, do not open it")
    void shouldNotOpenByLateFailures() throws Exception {
        CountDownLatch begun = new CountDownLatch(MOST_FAILURES);
        CountDownLatch late = new CountDownLatch(1);
        List<Future<Optional<LockHandle>>> failing = java.util.stream.IntStream.range(0, MOST_FAILURES)
                .mapToObj(i -> threads.submit(() -> run(() -> {
                    begun.countDown();
                    late.await();
                    throw DOWN;
                })))
                .toList();
        begun.await();
        pass(Duration.ofSeconds(1));
        run(BreakerTest::granted);
        late.countDown();
        for (Future<?> each : failing) {
            assertThrows(ExecutionException.class, each::get);
        }

        assertTrue(run(BreakerTest::granted).isPresent());
    }

    @Test
    @DisplayName("contention, which may be that inside of this JVM, does not begin the count again")
    void shouldOpenDespiteContention() throws InterruptedException {
        fail(DOWN);
        fail(DOWN);
        assertTrue(run(Optional::empty).isEmpty());
        assertThrows(
                LockNotAcquiredException.class,
                () -> run(() -> {
                    throw new LockNotAcquiredException("held", null);
                }));
        fail(DOWN);

        assertRefused();
    }

    @Test
    @DisplayName("while it is open, contention inside of this JVM does not close it")
    void shouldNotCloseByContention() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch late = new CountDownLatch(1);
        Future<?> contended = threads.submit(() -> run(() -> {
            begun.countDown();
            late.await();
            return Optional.empty();
        }));
        begun.await();
        open();
        late.countDown();
        contended.get();

        assertRefused();
    }

    @Test
    @DisplayName("switched off, it never opens")
    void shouldBeSwitchedOff() {
        Breaker off = new Breaker("", 0, DELAY, this::ping, nanos::get);
        for (int i = 0; i < 100; i++) {
            assertEquals(
                    DOWN,
                    assertThrows(
                            LockException.class,
                            () -> run(off, () -> {
                                throw DOWN;
                            })));
        }
    }

    private Optional<LockHandle> run(Attempt attempt) throws InterruptedException {
        return run(breaker, attempt);
    }

    /** As an attempt of a domain asks its circuit breaker. */
    private static Optional<LockHandle> run(Breaker breaker, Attempt attempt) throws InterruptedException {
        long begunNanos = breaker.admit();
        try {
            Optional<LockHandle> lock = attempt.run();
            lock.ifPresent(handle -> breaker.granted());
            return lock;
        } catch (LockException e) {
            breaker.failed(e, begunNanos);
            throw e;
        }
    }
}
