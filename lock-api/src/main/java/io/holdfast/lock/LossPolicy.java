// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/**
 * What happens to a {@link Locked} method if its lock is lost, or its ttl passes, while the method runs.
 *
 * @since 0.1.0
 */
public enum LossPolicy {
    /**
     * The JTA transaction that is active when the method ends is marked for rollback, whether the method has returned
     * or thrown. If the method has returned, the caller gets {@link LockNotHeldException} instead of the result.
     */
    FAIL,

    /**
     * As with {@link #FAIL}, and the thread that runs the method is interrupted as soon as the loss is known. A method
     * that waits or checks its interrupt flag then ends early. The flag is cleared when the method has ended. A ttl
     * that passes does not interrupt the thread.
     */
    INTERRUPT
}
