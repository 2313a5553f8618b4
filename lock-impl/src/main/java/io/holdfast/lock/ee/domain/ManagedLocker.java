// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockHandles;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.ee.settings.Settings;
import io.holdfast.lock.ee.transaction.RemainingWait;
import io.holdfast.lock.ee.transaction.SessionLocks;
import io.holdfast.lock.ee.transaction.TransactionBinding;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The locker that applications inject. It applies the settings to the requests of the application. */
class ManagedLocker implements Locker {

    private final Settings settings;
    private final TransactionBinding binding;
    private final SessionLocks sessionLocks;
    private final CoreLocker core;

    /** For the client proxies of OpenWebBeans, which extend the class and use none of its fields. */
    @SuppressWarnings("NullAway")
    ManagedLocker() {
        this(null, null, null, null);
    }

    ManagedLocker(Settings settings, TransactionBinding binding, SessionLocks sessionLocks, CoreLocker core) {
        this.settings = settings;
        this.binding = binding;
        this.sessionLocks = sessionLocks;
        this.core = core;
    }

    @Override
    public LockHandle acquire(LockRequest request) throws InterruptedException {
        return acquire(request, configuredWait(request));
    }

    @Override
    public LockHandle acquire(LockRequest request, Duration waitAtMost) throws InterruptedException {
        RemainingWait wait = new RemainingWait(waitAtMost);
        LockRequest completed = settings.complete(request);
        return completed.isTransactional() ? binding.acquire(completed, wait) : sessionLocks.acquire(completed, wait);
    }

    @Override
    public Optional<LockHandle> tryAcquire(LockRequest request) throws InterruptedException {
        LockRequest completed = settings.complete(request);
        return completed.isTransactional() ? binding.tryAcquire(completed) : sessionLocks.tryAcquire(completed);
    }

    /** Neither retried nor refused by the circuit breaker, which asks the database on the caller's thread. */
    @Override
    public CompletableFuture<LockHandle> acquireAsync(LockRequest request) {
        return acquireAsync(request, configuredWait(request));
    }

    @Override
    public CompletableFuture<LockHandle> acquireAsync(LockRequest request, Duration waitAtMost) {
        return core.locker().acquireAsync(settings.complete(request), waitAtMost);
    }

    @Override
    public LockHandles acquireAll(Collection<LockRequest> requests) throws InterruptedException {
        String firstName = requests.stream().findFirst().map(LockRequest::name).orElse(LockRequest.UNNAMED);
        return acquireAll(requests, settings.waitAtMost(firstName));
    }

    private Duration configuredWait(LockRequest request) {
        return settings.waitAtMost(request.name());
    }

    @Override
    public long lockId(String key) {
        return core.locker().lockId(key);
    }

    @Override
    public void ping() throws InterruptedException {
        core.locker().ping();
    }

    @Override
    public void close() {
        throw Messages.closedByContainer();
    }
}
