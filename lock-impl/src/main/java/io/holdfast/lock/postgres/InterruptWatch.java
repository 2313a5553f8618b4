// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * Cancels a statement of the thread that made this watch if that thread is interrupted meanwhile, which JDBC does not notice.
 * Not after {@link #close()}, so that no later statement is met.
 */
final class InterruptWatch implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(100);

    private final Thread caller = Thread.currentThread();
    private final Statement statement;
    private final Keepers keepers;

    /** Guarded by this. */
    private boolean closed;

    InterruptWatch(Statement statement, Keepers keepers) {
        this.statement = statement;
        this.keepers = keepers;
    }

    void start() {
        keepers.schedule(this::look, INTERVAL);
    }

    /** On the timer's thread, which must not be kept waiting. */
    private void look() {
        if (caller.isInterrupted()) {
            keepers.execute(this::cancel);
        } else if (!isClosed()) {
            start();
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void cancel() {
        if (closed) {
            return;
        }
        try {
            statement.cancel();
        } catch (SQLException | RuntimeException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "the wait ends at its limit, since it cannot be cancelled", e);
        }
    }

    /** Waits for a cancel that is being sent. */
    @Override
    public synchronized void close() {
        closed = true;
    }
}
