// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.time.Duration;

/** One wait for several locks. It began at a moment of the monotonic clock. */
record Wait(Duration atMost, long startNanos) {

    static Wait begin(Duration atMost) {
        return new Wait(LockRequest.requireWait(atMost), System.nanoTime());
    }

    Duration left() {
        if (atMost.equals(LockRequest.UNLIMITED)) {
            return atMost;
        }
        Duration left = atMost.minusNanos(System.nanoTime() - startNanos);
        return left.isNegative() ? LockRequest.IMMEDIATE : left;
    }
}
