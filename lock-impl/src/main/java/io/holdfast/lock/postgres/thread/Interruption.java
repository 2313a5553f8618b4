// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

import java.sql.SQLException;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Work on one thread that another thread may interrupt. The interrupt reaches only this work, and nothing that the
 * thread does afterwards.
 */
public final class Interruption {

    /**
     * Work that has not asked for the lock yet, so that it may be interrupted. It may make a session ready for the
     * lock.
     *
     * @param <T> the result
     */
    @FunctionalInterface
    public interface Work<T> {
        T run() throws SQLException, InterruptedException;
    }

    private final BooleanSupplier unwanted;

    /** The thread that runs the work; null if none does. Guarded by this. */
    private @Nullable Thread worker;

    /**
     * Creates the interruption of work that may become unwanted.
     *
     * @param unwanted whether nobody wants the result any more; true before {@link #interrupt} is called
     */
    public Interruption(BooleanSupplier unwanted) {
        this.unwanted = unwanted;
    }

    /**
     * Runs the work.
     *
     * @return its result, which may be unwanted by now
     * @throws CancellationException if the work was interrupted, or is unwanted from the start
     */
    public <T> T run(Work<T> work) throws SQLException {
        synchronized (this) {
            if (unwanted.getAsBoolean()) {
                throw new CancellationException("the result is not wanted any more");
            }
            worker = Thread.currentThread();
        }
        try {
            return work.run();
        } catch (InterruptedException e) {
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        } finally {
            synchronized (this) {
                worker = null;
                Thread.interrupted();
            }
        }
    }

    /** Interrupts the work; returns false if none runs. */
    public synchronized boolean interrupt() {
        if (worker == null) {
            return false;
        }
        worker.interrupt();
        return true;
    }
}
