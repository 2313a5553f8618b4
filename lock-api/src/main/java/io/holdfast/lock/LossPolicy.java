// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/** What happens to a {@link Locked} method whose lock is lost, or whose ttl passes, while it runs. */
public enum LossPolicy {
    /**
     * The JTA transaction that is active when the method ends is marked for rollback, whether the method returned or threw;
     * and if it returned, the caller gets {@link LockNotHeldException} instead of the result.
     */
    FAIL,

    /**
     * As {@link #FAIL}, and the thread that runs the method is interrupted as soon as the loss is known, so that a method
     * that waits or looks at its interrupt flag ends early. The flag is cleared when the method has ended. A ttl that passes
     * is no loss in this respect: nobody is told of it.
     */
    INTERRUPT
}
