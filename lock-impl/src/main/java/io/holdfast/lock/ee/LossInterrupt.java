// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

/**
 * Interrupts the thread of a method when its lock is lost, but not when the method has ended: the thread does something else
 * then. Refers to no handle, so that it keeps none from being found.
 */
final class LossInterrupt {

    private final Thread thread;

    /** Guarded by this, as the next. */
    private boolean ended;

    private boolean interrupted;

    /** Of this thread, until {@link #end}. */
    LossInterrupt(Thread thread) {
        this.thread = thread;
    }

    synchronized void interrupt() {
        if (!ended) {
            interrupted = true;
            thread.interrupt();
        }
    }

    /** On the thread of the method. */
    synchronized void end() {
        ended = true;
        if (interrupted) {
            Thread.interrupted();
        }
    }
}
