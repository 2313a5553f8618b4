// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.spi;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockRequest;
import java.time.Duration;
import java.util.Objects;

/**
 * One attempt to acquire one lock. The locker creates one object for each attempt, and passes it to a
 * {@link LockListener} from the start of the wait to the end of the lock. A listener can use it as the key of a map to
 * connect these calls. It is immutable, and equal only to itself.
 *
 * @since 0.1.0
 */
public final class LockAttempt {

    private final LockRequest request;
    private final Duration waitAtMost;
    private final int namespace;
    private final long lockId;

    /**
     * Creates an attempt.
     *
     * @param request what is requested
     * @param waitAtMost how long the attempt waits, from {@link LockRequest#IMMEDIATE} to {@link LockRequest#UNLIMITED}
     * @param namespace the namespace of the locker
     * @param lockId the number of the lock on the server
     * @throws IllegalArgumentException if the wait is negative
     */
    public LockAttempt(LockRequest request, Duration waitAtMost, int namespace, long lockId) {
        this.request = Objects.requireNonNull(request, "request");
        this.waitAtMost = LockRequest.requireWait(waitAtMost);
        this.namespace = namespace;
        this.lockId = lockId;
    }

    /**
     * Returns what is requested.
     *
     * @return the request
     */
    public LockRequest request() {
        return request;
    }

    /**
     * Returns how long the attempt waits for the lock at most.
     *
     * @return the limit; {@link LockRequest#IMMEDIATE} for a try
     */
    public Duration waitAtMost() {
        return waitAtMost;
    }

    /**
     * Returns the namespace of the locker, which separates applications that share a database.
     *
     * @return the namespace
     */
    public int namespace() {
        return namespace;
    }

    /**
     * Returns the number of the lock on the server, as {@link io.holdfast.lock.Locker#lockId} computes it.
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
