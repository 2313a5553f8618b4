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
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.postgres.config.SessionMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a driver or a pool throws where nobody expects it: out of memory, or by a bug. */
@Timeout(120)
class ErrorsIT extends OpenedSessionsTest {

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
    @DisplayName(
            "C6: whatever a pool throws instead of returning a connection fails the acquire, and uses up no permit")
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
        assertNoSessionIsLeft();
    }

    /** Fails at one of the calls of its users: a statement is prepared, or it was executed. */
    private final class FailingDriver {

        private final int failing;
        private final Throwable failure;
        private final AtomicInteger calls = new AtomicInteger();
        private volatile boolean counting;

        FailingDriver(int failing, Throwable failure) {
            this.failing = failing;
            this.failure = failure;
        }

        void failFromNow() {
            counting = true;
        }

        void failNoMore() {
            counting = false;
        }

        boolean hasFailed() {
            return calls.get() >= failing;
        }

        private void count() {
            if (counting && calls.incrementAndGet() == failing) {
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
        assertNoSessionIsLeft();
    }

    /** Uses a lock and lets the driver fail from some call on; returns the handle if it still has to be released. */
    @FunctionalInterface
    private interface Use {
        Optional<LockHandle> of(PostgresLocker locker, LockRequest wanted, FailingDriver driver) throws Exception;
    }

    /** Lets each call of a use fail in turn; there must be more of them than this. */
    private void assertBears(Failure failure, SessionMode mode, int moreThan, Use use) throws Exception {
        for (LockRequest wanted : List.of(request, request.enforcedTtl(LONG))) {
            int call = 0;
            FailingDriver driver;
            do {
                driver = new FailingDriver(++call, failure.create());
                PostgresLocker locker = locker(mode, driver);
                Optional<LockHandle> handle = use.of(locker, wanted, driver);
                driver.failNoMore();
                handle.ifPresent(LockHandle::release);
                assertServes(locker);
                listener.take();
            } while (driver.hasFailed());
            assertTrue(call > moreThan, "every call has failed once: " + call);
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("failuresAndModes")
    @DisplayName("C6, C17: whatever a driver throws during an acquire fails the acquire, and leaves nothing behind")
    void shouldBearFailingAcquire(Failure failure, SessionMode mode) throws Exception {
        assertBears(failure, mode, 2, (locker, wanted, driver) -> {
            driver.failFromNow();
            try {
                return Optional.of(locker.acquire(wanted));
            } catch (Exception | Error e) {
                assertTrue(driver.hasFailed(), e::toString);
                assertTold(driver.failure, e);
                return Optional.empty();
            }
        });
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("failuresAndModes")
    @DisplayName("C16, C17: whatever a driver throws during a release, nothing is left behind")
    void shouldBearFailingRelease(Failure failure, SessionMode mode) throws Exception {
        assertBears(failure, mode, 1, (locker, wanted, driver) -> {
            LockHandle handle = locker.acquire(wanted);
            driver.failFromNow();
            try {
                handle.release();
            } catch (LockNotHeldException e) {
                assertTrue(driver.hasFailed(), e::toString);
            } catch (Error e) {
                assertSame(driver.failure, e);
            }
            return Optional.empty();
        });
    }
}
