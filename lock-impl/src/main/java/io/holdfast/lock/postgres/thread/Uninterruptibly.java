// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** Waits that an interrupt does not end early. The interrupt flag is set again afterwards. */
public final class Uninterruptibly {

    private Uninterruptibly() {}

    public static <T> T get(Future<T> future, Duration atMost) throws TimeoutException, SQLException {
        Deadline deadline = Deadline.after(atMost);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw asSqlException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    public static boolean tryLock(Lock lock, Duration atMost) {
        Deadline deadline = Deadline.after(atMost);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return lock.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * A call of JDBC that does not wait. On an interrupted thread, WildFly's pool rejects it before it has any effect.
     */
    @FunctionalInterface
    public interface SqlCall<T> {
        T call() throws SQLException;
    }

    public static <T> T sql(SqlCall<T> call) throws SQLException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return call.call();
                } catch (SQLException e) {
                    if (e.getSQLState() != null || !Thread.interrupted()) {
                        throw e;
                    }
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** As {@link SqlCall}, without a result. */
    @FunctionalInterface
    public interface SqlAction {
        void run() throws SQLException;
    }

    public static void run(SqlAction action) throws SQLException {
        sql(() -> {
            action.run();
            return true;
        });
    }

    private static SQLException asSqlException(@Nullable Throwable failure) {
        if (failure instanceof SQLException e) {
            return e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        throw new IllegalStateException(failure);
    }
}
