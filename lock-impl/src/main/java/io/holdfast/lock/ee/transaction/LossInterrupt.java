// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

/**
 * Interrupts the thread of a method when its lock is lost, but not when the method has ended: the thread does something else
 * then. Refers to no handle, so that it keeps none from being found.
 */
public final class LossInterrupt {

    private final Thread thread;

    /** Guarded by this, as the next. */
    private boolean ended;

    private boolean interrupted;

    /**
     * Interrupts this thread, until {@link #end}.
     *
     * @param thread the thread
     */
    public LossInterrupt(Thread thread) {
        this.thread = thread;
    }

    synchronized void interrupt() {
        if (!ended) {
            interrupted = true;
            thread.interrupt();
        }
    }

    /** Ends it, and clears the interrupt that it has caused. To be called on the thread of the method. */
    public synchronized void end() {
        ended = true;
        if (interrupted) {
            Thread.interrupted();
        }
    }
}
