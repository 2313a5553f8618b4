// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.ee.AcquisitionGuard.Acquiring;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The locker that applications inject: acquiring is guarded, everything else goes straight to the core. */
@ApplicationScoped
class ManagedLocker implements Locker {

    private static final String FAULT_TOLERANCE = "org.eclipse.microprofile.faulttolerance.exceptions.";

    @Inject
    @Core
    private Locker core;

    @Inject
    private AcquisitionGuard guard;

    @Inject
    private LockerProducer producer;

    /** A retry waits for what is left of the wait only. */
    @Override
    public LockHandle acquire(LockRequest request) throws InterruptedException {
        Objects.requireNonNull(request, "request");
        long startNanos = System.nanoTime();
        Duration limit = request.waitAtMost() == null ? producer.waitAtMost() : request.waitAtMost();
        return guarded(() -> core.acquire(request.waitAtMost(left(limit, startNanos))));
    }

    private static Duration left(Duration limit, long startNanos) {
        if (limit.equals(LockRequest.UNLIMITED)) {
            return limit;
        }
        Duration left = limit.minusNanos(System.nanoTime() - startNanos);
        return left.isNegative() ? LockRequest.IMMEDIATE : left;
    }

    @Override
    public Optional<LockHandle> tryAcquire(LockRequest request) throws InterruptedException {
        return guarded(() -> core.tryAcquire(request));
    }

    /** Not guarded: a retry or an open circuit would have to be told by the future. */
    @Override
    public CompletableFuture<LockHandle> acquireAsync(LockRequest request) {
        return core.acquireAsync(request);
    }

    /** The guard's own exceptions are told by name, since their types may be missing on the server. */
    private <T> T guarded(Acquiring<T> acquiring) throws InterruptedException {
        try {
            return guard.guarded(acquiring);
        } catch (RuntimeException e) {
            if (e.getClass().getName().startsWith(FAULT_TOLERANCE)) {
                throw Messages.refusedByGuard(e);
            }
            throw e;
        }
    }

    @Override
    public long lockId(String key) {
        return core.lockId(key);
    }

    @Override
    public void ping() throws InterruptedException {
        core.ping();
    }

    @Override
    public void close() {
        throw Messages.closedByContainer();
    }
}
