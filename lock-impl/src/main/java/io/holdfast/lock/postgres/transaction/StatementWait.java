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
 * A wait for a lock on the caller's own thread and connection. It cancels the waiting statement if the locker closes,
 * or if the thread that created this object is interrupted, which JDBC does not notice. It never cancels a later
 * statement.
 */
final class StatementWait implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(100);

    private final Thread caller = Thread.currentThread();
    private final Keepers keepers;
    private final Consumer<StatementWait> onClose;

    /** Held while a cancel is being sent, which may block. */
    private final ReentrantLock canceling = new ReentrantLock();

    /** The statement that waits; null if none does. Written under the lock above. */
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

    /** To be called after the statement was executed. Blocks while a cancel is being sent. */
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
        keepers.schedule(this::cancelIfInterrupted, INTERVAL);
    }

    /** Runs on the timer's thread and does not block. */
    private void cancelIfInterrupted() {
        if (waiting == null) {
            return;
        }
        if (caller.isInterrupted()) {
            keepers.execute(this::cancel);
        }
        watch();
    }

    /** Cancels the statement. The server may not have received it yet, so more than one cancel may be needed. */
    void cancel() {
        canceling.lock();
        try {
            Statement statement = waiting;
            if (statement != null) {
                statement.cancel();
            }
        } catch (SQLException | RuntimeException e) {
            Messages.LOG.log(
                    System.Logger.Level.DEBUG, "the statement cannot be canceled, so its wait ends at the limit", e);
        } finally {
            canceling.unlock();
        }
    }

    @Override
    public void close() {
        onClose.accept(this);
    }
}
