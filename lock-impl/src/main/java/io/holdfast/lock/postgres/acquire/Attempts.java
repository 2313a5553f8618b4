// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.sql.LockId;
import io.holdfast.lock.spi.LockAttempt;
import java.time.Duration;
import java.util.Objects;

/** Makes the attempts of a locker from requests, and knows whether the locker is closed. */
public final class Attempts {

    private final LockerConfig config;
    private volatile boolean closed;

    public Attempts(LockerConfig config) {
        this.config = config;
    }

    public LockAttempt attempt(LockRequest request, Duration waitAtMost) {
        Objects.requireNonNull(request, "request");
        return new LockAttempt(request, waitAtMost, config.namespace(), LockId.of(config.namespace(), request.key()));
    }

    public long lockId(String key) {
        return LockId.of(config.namespace(), LockRequest.of(key).key());
    }

    public int namespace() {
        return config.namespace();
    }

    public void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Throws an exception if the locker is closed.
     *
     * @param subject what was requested, for the message
     */
    public void requireOpen(String subject) {
        if (closed) {
            throw Messages.closed(subject);
        }
    }
}
