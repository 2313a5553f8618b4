// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.ee.transaction.RemainingWait;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Acquires one lock from the core, if the circuit breaker admits it. It may run several times, and waits only for the
 * remaining time when it is repeated.
 */
final class CoreAttempt implements Retrying.Attempt {

    private final CoreLocker core;
    private final Breaker breaker;
    private final LockRequest request;

    /** Null to acquire the lock only if nobody else holds it. */
    private final @Nullable RemainingWait wait;

    private final List<LockHandle> granted = new ArrayList<>();

    CoreAttempt(CoreLocker core, Breaker breaker, LockRequest request, @Nullable RemainingWait wait) {
        this.core = core;
        this.breaker = breaker;
        this.request = request;
        this.wait = wait;
    }

    @Override
    public Optional<LockHandle> run() throws InterruptedException {
        long begunNanos = breaker.admit();
        try {
            Locker locker = core.locker();
            Optional<LockHandle> lock =
                    wait == null ? locker.tryAcquire(request) : Optional.of(locker.acquire(request, wait.remaining()));
            lock.ifPresent(granted::add);
            if (lock.isPresent()) {
                breaker.granted();
            }
            return lock;
        } catch (LockException e) {
            breaker.failed(e, begunNanos);
            throw e;
        }
    }

    /** To be called if the result of a run has reached nobody. */
    void releaseGranted() {
        granted.forEach(LockHandle::close);
    }
}
