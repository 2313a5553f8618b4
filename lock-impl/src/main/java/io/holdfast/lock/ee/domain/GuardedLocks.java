// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.ee.transaction.RemainingWait;
import io.holdfast.lock.ee.transaction.SessionLocks;
import java.util.Optional;

/**
 * Acquires locks with retries and a circuit breaker: an attempt that could not reach the database is repeated, and
 * refused while the circuit breaker is open.
 */
final class GuardedLocks implements SessionLocks {

    private static final String FAULT_TOLERANCE = "org.eclipse.microprofile.faulttolerance.exceptions.";

    private final CoreLocker core;
    private final Retrying retrying;
    private final Breaker breaker;

    GuardedLocks(CoreLocker core, Retrying retrying, Breaker breaker) {
        this.core = core;
        this.retrying = retrying;
        this.breaker = breaker;
    }

    @Override
    public LockHandle acquire(LockRequest request, RemainingWait wait) throws InterruptedException {
        return acquire(new CoreAttempt(core, breaker, request, wait)).orElseThrow();
    }

    @Override
    public Optional<LockHandle> tryAcquire(LockRequest request) throws InterruptedException {
        return acquire(new CoreAttempt(core, breaker, request, null));
    }

    private Optional<LockHandle> acquire(CoreAttempt attempt) throws InterruptedException {
        boolean hasReturned = false;
        try {
            Optional<LockHandle> lock = retrying.acquire(attempt);
            hasReturned = true;
            return lock;
        } catch (Breaker.OpenException e) {
            throw e.toException();
        } catch (RuntimeException e) {
            throw translated(e);
        } finally {
            // Retries may report an interrupt after the lock was granted. Nobody else would release it.
            if (!hasReturned) {
                attempt.releaseGranted();
            }
        }
    }

    /**
     * Recognizes the exceptions of Fault Tolerance by their names, because their types may be missing on the server.
     */
    private static RuntimeException translated(RuntimeException failure) throws InterruptedException {
        if (failure.getCause() instanceof InterruptedException interrupted) {
            // Payara's Fault Tolerance wraps it.
            throw interrupted;
        }
        if (!failure.getClass().getName().startsWith(FAULT_TOLERANCE)) {
            return failure;
        }
        if (Thread.interrupted()) {
            // Payara refuses a thread that is interrupted already with a TimeoutException.
            throw (InterruptedException) new InterruptedException().initCause(failure);
        }
        return Messages.refusedByFaultTolerance(failure);
    }
}
