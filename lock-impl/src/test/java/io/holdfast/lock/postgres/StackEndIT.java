// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.sql.LockId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Errors at the end of a stack, where no call succeeds any more. */
@Timeout(120)
class StackEndIT extends OpenedSessionsTest {

    private static final int TRIES = 300;
    private static final int MAX_LOCKS = 60;

    /** The locker waits for 10 s before it takes up what an error left. */
    private static final Duration TAKEN_UP = Duration.ofSeconds(30);

    final LockRequest numbered(int i) {
        return LockRequest.of(key + "/" + i);
    }

    private long locksLeft() {
        String ids = IntStream.range(0, TRIES)
                .mapToObj(i -> "" + LockId.of(CONFIG.namespace(), numbered(i).key()))
                .collect(Collectors.joining(","));
        return server.ask("select count(*) from pg_locks where locktype = 'advisory' and objsubid = 1"
                + " and (classid::bigint << 32) | objid::bigint = any('{" + ids + "}')");
    }

    /** Runs work at the end of its thread's stack. */
    private static final class NearTheEnd {

        private final int framesBefore;
        private final Callable<?> work;
        private Throwable thrown;

        private NearTheEnd(int framesBefore, Callable<?> work) {
            this.framesBefore = framesBefore;
            this.work = work;
        }

        /** What the work threw that many frames before the end, or null. */
        static Throwable run(int framesBefore, Callable<?> work) {
            NearTheEnd run = new NearTheEnd(framesBefore, work);
            run.dive();
            return run.thrown;
        }

        /** How many frames are left to where the work runs. Nothing is called where there may be no room for it. */
        private int dive() {
            int left;
            try {
                left = dive();
            } catch (StackOverflowError e) {
                left = framesBefore;
            }
            if (left == 0) {
                try {
                    work.call();
                } catch (Throwable e) {
                    thrown = e;
                }
            }
            return left - 1;
        }
    }

    /** On a thread with a small stack. */
    private static void onSmallStack(Callable<?> work) throws Exception {
        CompletableFuture<Object> result = new CompletableFuture<>();
        Thread thread = new Thread(
                null,
                () -> {
                    try {
                        result.complete(work.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                },
                "small-stack",
                1024 * 1024);
        thread.start();
        result.get(60, TimeUnit.SECONDS);
    }

    /** From where nothing can be called to where there is room for all, in small steps at first. */
    private static int framesBefore(int attempt) {
        return attempt + attempt * attempt / 20;
    }

    private PostgresLocker warm(SessionMode mode, LockerConfig config) throws InterruptedException {
        PostgresLocker locker =
                locker(config.sessions(mode).maxSessions(MAX_LOCKS).maxLocks(MAX_LOCKS), this::open);
        // A class that fails to be initialized at the end of a stack can never be used again.
        for (int i = 0; i < 20; i++) {
            LockHandle handle = locker.acquire(numbered(i));
            assertTrue(locker.tryAcquire(numbered(i)).isEmpty());
            handle.release();
            assertThrows(LockNotHeldException.class, handle::release);
        }
        prepare(locker);
        return locker;
    }

    /** To be overridden. */
    void prepare(PostgresLocker locker) throws InterruptedException {}

    private static void assertSomeFailed(List<Throwable> thrown) {
        thrown.forEach(failure -> assertInstanceOf(StackOverflowError.class, failure));
        assertTrue(thrown.size() > 10 && thrown.size() < TRIES - 10, "of all tries: " + thrown.size());
    }

    /** Of locks and of limits, also when the locker goes on. */
    private void assertNothingIsLeft(PostgresLocker locker) throws InterruptedException {
        Server.within(TAKEN_UP, "no lock is left", () -> locksLeft() == 0);
        List<LockHandle> handles = new ArrayList<>();
        for (int i = 0; i < MAX_LOCKS; i++) {
            handles.add(locker.acquire(numbered(i)));
        }
        assertTrue(handles.stream().allMatch(LockHandle::isHeld), "as many as may be");
        locker.close();
        assertEquals(0, locksLeft());
        assertNoSessionIsLeft();
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C5: an acquire that fails at the end of the stack leaves no lock, session or limit behind for long")
    void shouldAcquireAtEndOfStack(SessionMode mode) throws Exception {
        PostgresLocker locker = warm(mode, CONFIG);
        LockHandle[] acquired = new LockHandle[TRIES];
        List<Throwable> thrown = new ArrayList<>();

        onSmallStack(() -> {
            for (int i = 0; i < TRIES; i++) {
                int attempt = i;
                Throwable failure =
                        NearTheEnd.run(framesBefore(i), () -> acquired[attempt] = locker.acquire(numbered(attempt)));
                if (failure != null) {
                    thrown.add(failure);
                }
                if (acquired[i] != null) {
                    assertEquals(LockState.HELD, acquired[i].state());
                    acquired[i].release();
                }
            }
            return null;
        });

        assertSomeFailed(thrown);
        assertNothingIsLeft(locker);
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C16: a release that fails at the end of the stack can be repeated, or comes about by itself")
    void shouldReleaseAtEndOfStack(SessionMode mode) throws Exception {
        PostgresLocker locker = warm(mode, CONFIG);
        List<Throwable> thrown = new ArrayList<>();
        List<LockHandle> handles = new ArrayList<>();

        onSmallStack(() -> {
            for (int i = 0; i < TRIES; i++) {
                LockHandle handle = locker.acquire(numbered(i));
                handles.add(handle);
                releaseNearTheEnd(handle, framesBefore(i)).ifPresent(thrown::add);
            }
            return null;
        });

        assertSomeFailed(thrown);
        assertTrue(handles.stream().allMatch(handle -> handle.state() == LockState.RELEASED));
        assertNothingIsLeft(locker);
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C5, C16: a waiter gets the lock of a release that fails at the end of the stack")
    void shouldPassOnAtEndOfStack(SessionMode mode) throws Exception {
        PostgresLocker locker = warm(mode, CONFIG.handOver(Duration.ofSeconds(1)));
        List<Throwable> thrown = new ArrayList<>();
        List<CompletableFuture<LockHandle>> waiters = new ArrayList<>();

        onSmallStack(() -> {
            for (int i = 0; i < TRIES; i++) {
                LockHandle handle = locker.acquire(numbered(i));
                CompletableFuture<LockHandle> waiter = locker.acquireAsync(numbered(i));
                waiters.add(waiter);
                releaseNearTheEnd(handle, framesBefore(i)).ifPresent(thrown::add);
                waiter.thenAccept(LockHandle::release);
            }
            return null;
        });

        assertSomeFailed(thrown);
        for (CompletableFuture<LockHandle> waiter : waiters) {
            waiter.get(TAKEN_UP.toSeconds(), TimeUnit.SECONDS);
        }
        assertNothingIsLeft(locker);
    }

    /** Repeats a release that has failed and has left the lock held; returns the failure. */
    private static Optional<Throwable> releaseNearTheEnd(LockHandle handle, int framesBefore) {
        Throwable failure = NearTheEnd.run(framesBefore, () -> {
            handle.release();
            return null;
        });
        if (failure != null && handle.isHeld()) {
            handle.release();
        }
        return Optional.ofNullable(failure);
    }
}
