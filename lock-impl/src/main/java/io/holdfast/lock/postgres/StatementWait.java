// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * A wait for a lock on the caller's own thread and connection. Cancels the statement that waits if the thread that made this is
 * interrupted meanwhile, which JDBC does not notice, or the locker is closed. Never a statement that comes later.
 */
final class StatementWait implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(100);

    private final Thread caller = Thread.currentThread();
    private final PostgresLocker locker;

    /** Null while none waits; guarded by this. */
    private Statement waiting;

    StatementWait(PostgresLocker locker) {
        this.locker = locker;
        locker.remember(this);
    }

    /** Before the statement is executed. */
    void begin(Statement statement) {
        setWaiting(statement);
        watch();
    }

    /** After it was; waits for a cancel that is being sent. */
    void end() {
        setWaiting(null);
    }

    private synchronized void setWaiting(Statement statement) {
        waiting = statement;
    }

    private synchronized boolean isWaiting() {
        return waiting != null;
    }

    private void watch() {
        locker.keepers().schedule(this::look, INTERVAL);
    }

    /** On the timer's thread, which must not be kept waiting. */
    private void look() {
        if (!isWaiting()) {
            return;
        }
        if (caller.isInterrupted()) {
            locker.keepers().execute(this::cancel);
        }
        watch();
    }

    /** Has no effect on a statement that the server has not got yet, so it may take more than one. */
    synchronized void cancel() {
        if (waiting == null) {
            return;
        }
        try {
            waiting.cancel();
        } catch (SQLException | RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "the wait ends at its limit, since it cannot be cancelled", e);
        }
    }

    @Override
    public void close() {
        locker.forget(this);
    }
}
