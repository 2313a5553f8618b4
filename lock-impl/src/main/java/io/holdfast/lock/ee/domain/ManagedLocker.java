// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockHandles;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.ee.domain.Retrying.Attempt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The locker that applications inject: acquiring is retried, refused while the circuit breaker is open, and bound to the caller's
 * transaction where that is asked for; everything else goes straight to the core.
 */
class ManagedLocker implements Locker {

    private static final String FAULT_TOLERANCE = "org.eclipse.microprofile.faulttolerance.exceptions.";

    private final Domain domain;
    private final Retrying acquisition;
    private final Breaker breaker;

    /** For the client proxies of OpenWebBeans, which extend the class and use none of its fields. */
    ManagedLocker() {
        this.domain = null;
        this.acquisition = null;
        this.breaker = null;
    }

    ManagedLocker(Domain domain, Retrying acquisition) {
        this.domain = domain;
        this.acquisition = acquisition;
        this.breaker = new Breaker(
                domain.name(),
                domain.settings().breakerFailures(),
                domain.settings().breakerDelay(),
                domain::ping,
                System::nanoTime);
    }

    @Override
    public LockHandle acquire(LockRequest request) throws InterruptedException {
        return acquire(request, domain.waitAtMost(request.name()));
    }

    @Override
    public LockHandle acquire(LockRequest asked, Duration waitAtMost) throws InterruptedException {
        if (waitAtMost.isNegative()) {
            throw new IllegalArgumentException(
                    "waitAtMost of lock " + KeyText.of(asked.key()) + " must not be negative: " + waitAtMost);
        }
        LockRequest request = complete(asked);
        if (!request.isTransactional()) {
            return acquireOnSession(request, waitAtMost);
        }
        return domain.binding()
                .attempt(
                        request,
                        unbound -> Optional.of(acquireOnSession(unbound, waitAtMost)),
                        (locks, transaction) -> Optional.of(locks.acquire(transaction, request, waitAtMost)))
                .orElseThrow();
    }

    @Override
    public Optional<LockHandle> tryAcquire(LockRequest asked) throws InterruptedException {
        LockRequest request = complete(asked);
        return request.isTransactional()
                ? domain.binding()
                        .attempt(
                                request,
                                this::tryAcquireOnSession,
                                (locks, transaction) -> locks.tryAcquire(transaction, request))
                : tryAcquireOnSession(request);
    }

    /** A retry waits for what is left of the wait only. */
    private LockHandle acquireOnSession(LockRequest request, Duration waitAtMost) throws InterruptedException {
        long startNanos = System.nanoTime();
        return guarded(() -> Optional.of(domain.core().acquire(request, left(waitAtMost, startNanos))))
                .orElseThrow();
    }

    private static Duration left(Duration limit, long startNanos) {
        if (limit.equals(LockRequest.UNLIMITED)) {
            return limit;
        }
        Duration left = limit.minusNanos(System.nanoTime() - startNanos);
        return left.isNegative() ? LockRequest.IMMEDIATE : left;
    }

    private Optional<LockHandle> tryAcquireOnSession(LockRequest request) throws InterruptedException {
        return guarded(() -> domain.core().tryAcquire(request));
    }

    /** Neither retried nor refused by the circuit breaker, which asks the database on the caller's thread. */
    @Override
    public CompletableFuture<LockHandle> acquireAsync(LockRequest request) {
        return acquireAsync(request, domain.waitAtMost(request.name()));
    }

    @Override
    public CompletableFuture<LockHandle> acquireAsync(LockRequest request, Duration waitAtMost) {
        return domain.core().acquireAsync(complete(request), waitAtMost);
    }

    @Override
    public LockHandles acquireAll(Collection<LockRequest> requests) throws InterruptedException {
        String firstName = requests.stream().findFirst().map(LockRequest::name).orElse(LockRequest.UNNAMED);
        return acquireAll(requests, domain.waitAtMost(firstName));
    }

    private LockRequest complete(LockRequest request) {
        return domain.settings().complete(request);
    }

    /** Fault Tolerance's own exceptions are recognized by name, since their types may be missing on the server. */
    private Optional<LockHandle> guarded(Attempt attempt) throws InterruptedException {
        List<LockHandle> granted = new ArrayList<>();
        boolean told = false;
        try {
            Optional<LockHandle> lock = acquisition.acquire(() -> {
                Optional<LockHandle> result = breaker.run(attempt);
                result.ifPresent(granted::add);
                return result;
            });
            told = true;
            return lock;
        } catch (Breaker.Refusal e) {
            throw e.told();
        } catch (RuntimeException e) {
            if (e.getCause() instanceof InterruptedException interrupted) {
                // So Payara's Fault Tolerance tells it.
                throw interrupted;
            }
            if (e.getClass().getName().startsWith(FAULT_TOLERANCE)) {
                if (Thread.interrupted()) {
                    // Payara's refuses a thread that is interrupted already with a TimeoutException.
                    throw (InterruptedException) new InterruptedException().initCause(e);
                }
                throw Messages.refusedByFaultTolerance(e);
            }
            throw e;
        } finally {
            // A guard may tell an interrupted thread so after the lock was granted; nobody would release that.
            if (!told) {
                granted.forEach(LockHandle::close);
            }
        }
    }

    @Override
    public long lockId(String key) {
        return domain.core().lockId(key);
    }

    @Override
    public void ping() throws InterruptedException {
        domain.core().ping();
    }

    @Override
    public void close() {
        throw Messages.closedByContainer();
    }
}
