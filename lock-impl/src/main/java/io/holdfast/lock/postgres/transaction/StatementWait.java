// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.transaction;

import io.holdfast.lock.postgres.thread.Keepers;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A wait for a lock on the caller's own thread and connection. Cancels the statement that waits if the thread that made this
 * object is interrupted, which JDBC does not notice, or if the locker is closed. It never cancels a later statement.
 */
final class StatementWait implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(100);

    private final Thread caller = Thread.currentThread();
    private final Keepers keepers;
    private final Consumer<StatementWait> onClose;

    /** Held while a cancel is being sent, which may block. */
    private final ReentrantLock canceling = new ReentrantLock();

    /** Null while none waits. Written under the lock above. */
    private volatile @Nullable Statement waiting;

    StatementWait(Keepers keepers, Consumer<StatementWait> onClose) {
        this.keepers = keepers;
        this.onClose = onClose;
    }

    /** To be called before the statement is executed. */
    void begin(Statement statement) {
        setWaiting(statement);
        watch();
    }

    /** To be called after the statement was executed; blocks while a cancel is being sent. */
    void end() {
        setWaiting(null);
    }

    private void setWaiting(@Nullable Statement statement) {
        canceling.lock();
        try {
            waiting = statement;
        } finally {
            canceling.unlock();
        }
    }

    private void watch() {
        keepers.schedule(this::look, INTERVAL);
    }

    /** Runs on the timer's thread and does not block. */
    private void look() {
        if (waiting == null) {
            return;
        }
        if (caller.isInterrupted()) {
            keepers.execute(this::cancel);
        }
        watch();
    }

    /** Has no effect on a statement that the server has not received yet, so more than one may be needed. */
    void cancel() {
        canceling.lock();
        try {
            Statement statement = waiting;
            if (statement != null) {
                statement.cancel();
            }
        } catch (SQLException | RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "the wait ends at its limit, since it cannot be canceled", e);
        } finally {
            canceling.unlock();
        }
    }

    @Override
    public void close() {
        onClose.accept(this);
    }
}
