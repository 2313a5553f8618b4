// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.spi;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockRequest;
import java.time.Duration;
import java.util.Objects;

/**
 * One attempt to acquire one lock. The locker makes one for each, and passes the same to a {@link LockListener} from the begin of
 * the wait to the end of the lock: so a listener can tie them together, with the attempt as the key of a map. It is immutable,
 * and equal to itself only.
 */
public final class LockAttempt {

    private final LockRequest request;
    private final Duration waitAtMost;
    private final int namespace;
    private final long lockId;

    /**
     * A new attempt.
     *
     * @param request what is asked for
     * @param waitAtMost how long it waits, from {@link LockRequest#IMMEDIATE} to {@link LockRequest#UNLIMITED}
     * @param namespace the namespace of the locker
     * @param lockId the lock's number on the server
     * @throws IllegalArgumentException if the wait is negative
     */
    public LockAttempt(LockRequest request, Duration waitAtMost, int namespace, long lockId) {
        this.request = Objects.requireNonNull(request, "request");
        this.waitAtMost = Objects.requireNonNull(waitAtMost, "waitAtMost");
        this.namespace = namespace;
        this.lockId = lockId;
        if (waitAtMost.isNegative()) {
            throw new IllegalArgumentException(
                    "waitAtMost of lock " + KeyText.of(request.key(), lockId) + " must not be negative: " + waitAtMost);
        }
    }

    /**
     * What is asked for.
     *
     * @return the request
     */
    public LockRequest request() {
        return request;
    }

    /**
     * How long the attempt waits for the lock at most.
     *
     * @return the limit; {@link LockRequest#IMMEDIATE} of a try
     */
    public Duration waitAtMost() {
        return waitAtMost;
    }

    /**
     * The namespace of the locker, which keeps applications that share a database apart.
     *
     * @return the namespace
     */
    public int namespace() {
        return namespace;
    }

    /**
     * The lock's number, as {@link io.holdfast.lock.Locker#lockId} has it.
     *
     * @return the number
     */
    public long lockId() {
        return lockId;
    }

    @Override
    public String toString() {
        return "LockAttempt[" + KeyText.of(request.key(), lockId) + ", " + request.mode() + "]";
    }
}
