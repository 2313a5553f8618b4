// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.sql.LockId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;

/** What is thrown where nobody expects it: at the end of a stack, out of memory, by a bug of a driver or pool. */
@Timeout(120)
class ErrorsIT extends LockerTest {

    private static final int TRIES = 300;
    private static final int MAX_LOCKS = 60;

    /** The locker waits for 10 s before it takes up what an error left. */
    private static final Duration TAKEN_UP = Duration.ofSeconds(30);

    private final Set<Integer> sessions = ConcurrentHashMap.newKeySet();

    private Connection open() throws SQLException {
        Connection connection = Databases.SHARED.connect();
        sessions.add(connection.unwrap(PGConnection.class).getBackendPID());
        return connection;
    }

    private LockRequest numbered(int i) {
        return LockRequest.of(key + "/" + i);
    }

    private long locksLeft() {
        String ids = IntStream.range(0, TRIES)
                .mapToObj(i -> "" + LockId.of(CONFIG.namespace(), numbered(i).key()))
                .collect(Collectors.joining(","));
        return server.ask("select count(*) from pg_locks where locktype = 'advisory' and objsubid = 1"
                + " and (classid::bigint << 32) | objid::bigint = any('{" + ids + "}')");
    }

    private boolean isSessionLeft() {
        return sessions.stream().anyMatch(server::sessionExists);
    }

    // ---- the end of a stack

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
                512 * 1024);
        thread.start();
        result.get(60, TimeUnit.SECONDS);
    }

    /** From where nothing can be called to where there is room for all. */
    private static int framesBefore(int attempt) {
        return attempt * 2;
    }

    private PostgresLocker warm(SessionMode mode) throws InterruptedException {
        PostgresLocker locker =
                locker(CONFIG.sessions(mode).maxSessions(MAX_LOCKS).maxLocks(MAX_LOCKS), this::open);
        // A class that fails to be initialized at the end of a stack can never be used again.
        for (int i = 0; i < 20; i++) {
            LockHandle handle = locker.acquire(numbered(i));
            assertTrue(locker.tryAcquire(numbered(i)).isEmpty());
            handle.release();
            assertThrows(LockNotHeldException.class, handle::release);
        }
        return locker;
    }

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
        Server.eventually("no session is left", () -> !isSessionLeft());
    }

    @ParameterizedTest
    @EnumSource(SessionMode.class)
    @DisplayName("C5: an acquire that fails at the end of the stack leaves no lock, session or limit behind for long")
    void shouldAcquireAtEndOfStack(SessionMode mode) throws Exception {
        PostgresLocker locker = warm(mode);
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
        PostgresLocker locker = warm(mode);
        List<Throwable> thrown = new ArrayList<>();
        List<LockHandle> handles = new ArrayList<>();

        onSmallStack(() -> {
            for (int i = 0; i < TRIES; i++) {
                LockHandle handle = locker.acquire(numbered(i));
                handles.add(handle);
                Throwable failure = NearTheEnd.run(framesBefore(i), () -> {
                    handle.release();
                    return null;
                });
                if (failure != null) {
                    thrown.add(failure);
                    if (handle.isHeld()) {
                        handle.release();
                    }
                }
            }
            return null;
        });

        assertSomeFailed(thrown);
        assertTrue(handles.stream().allMatch(handle -> handle.state() == LockState.RELEASED));
        assertNothingIsLeft(locker);
    }

    // ---- drivers and pools

    /** What goes wrong there. */
    private enum Failure {
        OUT_OF_MEMORY(() -> new OutOfMemoryError("on purpose")),
        CLASS_MISSING(() -> new NoClassDefFoundError("on/Purpose")),
        BUG(() -> new IllegalStateException("outer", new IllegalArgumentException("the innermost")));

        private final Supplier<Throwable> create;

        Failure(Supplier<Throwable> create) {
            this.create = create;
        }

        Throwable create() {
            return create.get();
        }
    }

    private static Stream<Arguments> failuresAndModes() {
        return Stream.of(Failure.values())
                .flatMap(failure -> Stream.of(SessionMode.values()).map(mode -> Arguments.of(failure, mode)));
    }

    /** What the caller gets, and what listeners hear of it. */
    private void assertTold(Throwable expected, Throwable told) {
        long heard = listener.take().stream().filter("failed"::equals).count();
        if (expected instanceof Error) {
            assertSame(expected, told);
            assertEquals(0, heard, "it is no failure of a lock");
        } else {
            assertInstanceOf(LockUnavailableException.class, told);
            assertTrue(told.getMessage().contains("the innermost"), told.getMessage());
            assertEquals(1, heard);
        }
    }

    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        @SuppressWarnings("unchecked")
        T unchecked = (T) failure;
        throw unchecked;
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("failuresAndModes")
    @DisplayName("C6: what a pool throws instead of a connection fails the acquire, and takes no limit away")
    void shouldBearFailingPool(Failure failure, SessionMode mode) throws Exception {
        List<Throwable> pending = Collections.synchronizedList(new ArrayList<>());
        PostgresLocker locker = locker(CONFIG.sessions(mode).maxSessions(1).maxLocks(1), () -> {
            if (!pending.isEmpty()) {
                ErrorsIT.<RuntimeException>sneak(pending.remove(0));
            }
            return open();
        });
        for (int i = 0; i < 3; i++) {
            Throwable once = failure.create();
            pending.add(once);
            assertTold(once, assertThrows(Throwable.class, () -> locker.acquire(request)));
            Throwable again = failure.create();
            pending.add(again);
            CompletableFuture<LockHandle> future = locker.acquireAsync(request);
            assertTold(
                    again,
                    assertThrows(ExecutionException.class, () -> future.get(10, TimeUnit.SECONDS))
                            .getCause());
        }

        locker.acquire(request).release();

        locker.close();
        Server.eventually("no session is left", () -> !isSessionLeft());
    }

    /** Fails at one of its calls: a statement is prepared, or it was executed. */
    private final class FailingDriver {

        private final AtomicInteger calls = new AtomicInteger();
        private volatile int failingCall = Integer.MAX_VALUE;
        private volatile Throwable failure;

        void failAt(int call, Throwable failure) {
            this.failure = failure;
            calls.set(0);
            failingCall = call;
        }

        boolean hasFailed() {
            return calls.get() >= failingCall;
        }

        void failNoMore() {
            failingCall = Integer.MAX_VALUE;
        }

        private void count() {
            if (calls.incrementAndGet() == failingCall) {
                ErrorsIT.<RuntimeException>sneak(failure);
            }
        }

        Connection open() throws SQLException {
            Connection connection = ErrorsIT.this.open();
            return JdbcProxy.connection((proxy, method, args) -> {
                Object result = JdbcProxy.call(connection, method, args);
                if (!method.getName().equals("prepareStatement")) {
                    return result;
                }
                count();
                return statement((PreparedStatement) result);
            });
        }

        private PreparedStatement statement(PreparedStatement statement) {
            return JdbcProxy.of(PreparedStatement.class, (proxy, method, args) -> {
                Object result = JdbcProxy.call(statement, method, args);
                if (method.getName().startsWith("execute")) {
                    count();
                }
                return result;
            });
        }
    }

    private PostgresLocker locker(SessionMode mode, FailingDriver driver) throws InterruptedException {
        PostgresLocker locker =
                locker(CONFIG.sessions(mode).maxSessions(1).maxLocks(1).checkInterval(LONG), driver::open);
        // What is asked only once is asked now.
        locker.ping();
        return locker;
    }

    private void assertServes(PostgresLocker locker) throws InterruptedException {
        Server.eventually("the lock is free", () -> server.isFree(lockId));
        locker.acquire(request).release();
        locker.close();
        Server.eventually("no session is left", () -> !isSessionLeft());
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("failuresAndModes")
    @DisplayName("C6, C17: what a driver throws while a lock is asked for fails the acquire, and leaves nothing behind")
    void shouldBearFailingAcquire(Failure failure, SessionMode mode) throws Exception {
        for (LockRequest wanted : List.of(request, request.enforcedTtl(LONG))) {
            int call = 0;
            boolean failed;
            do {
                FailingDriver driver = new FailingDriver();
                PostgresLocker locker = locker(mode, driver);
                Throwable thrown = failure.create();
                driver.failAt(++call, thrown);
                LockHandle handle = null;
                try {
                    handle = locker.acquire(wanted);
                } catch (Exception | Error e) {
                    assertTrue(driver.hasFailed(), e::toString);
                    assertTold(thrown, e);
                }
                failed = driver.hasFailed();
                driver.failNoMore();
                if (handle != null) {
                    handle.release();
                }
                assertServes(locker);
                listener.take();
            } while (failed);
            assertTrue(call > 2, "every call has failed once: " + call);
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("failuresAndModes")
    @DisplayName("C16, C17: what a driver throws while a lock is released leaves nothing behind")
    void shouldBearFailingRelease(Failure failure, SessionMode mode) throws Exception {
        for (LockRequest wanted : List.of(request, request.enforcedTtl(LONG))) {
            int call = 0;
            boolean failed;
            do {
                FailingDriver driver = new FailingDriver();
                PostgresLocker locker = locker(mode, driver);
                LockHandle handle = locker.acquire(wanted);
                Throwable thrown = failure.create();
                driver.failAt(++call, thrown);
                try {
                    handle.release();
                } catch (LockNotHeldException e) {
                    assertTrue(driver.hasFailed(), e::toString);
                } catch (Error e) {
                    assertSame(thrown, e);
                }
                failed = driver.hasFailed();
                driver.failNoMore();
                assertServes(locker);
            } while (failed);
            assertTrue(call > 1, "every call has failed once: " + call);
        }
    }
}
