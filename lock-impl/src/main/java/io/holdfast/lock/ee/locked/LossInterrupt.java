// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

/**
 * Interrupts the thread of a method when its lock is lost, but not after the method has ended, when the thread does
 * something else. It must not refer to a handle, because a handle that is still referred to is not found when it is
 * dropped.
 */
final class LossInterrupt implements Runnable {

    private final Thread thread;

    /** Guarded by this, as the next field. */
    private boolean hasEnded;

    private boolean hasInterrupted;

    LossInterrupt(Thread thread) {
        this.thread = thread;
    }

    @Override
    public synchronized void run() {
        if (!hasEnded) {
            hasInterrupted = true;
            thread.interrupt();
        }
    }

    /**
     * Clears the interrupt that this has caused. To be called on the thread of the method when the method has ended.
     */
    synchronized void end() {
        hasEnded = true;
        if (hasInterrupted) {
            Thread.interrupted();
        }
    }
}
