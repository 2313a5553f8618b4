// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.Lease;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.Locked;
import io.holdfast.lock.LossPolicy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** Calls within calls, the lock that they run under, and what happens to them when it is lost. */
@ApplicationScoped
public class NestingBean {

    @Inject
    private CurrentLock lock;

    @Locked(value = "outer/#{key}", waitAtMost = Locked.IMMEDIATE, ttl = 60, fenced = true)
    public <T> T outer(String key, Function<CurrentLock, T> work) {
        return work.apply(lock);
    }

    @Locked(
            value = {"outer/#{key}", "inner/#{key}"},
            waitAtMost = Locked.IMMEDIATE)
    public <T> T inner(String key, Function<CurrentLock, T> work) {
        return work.apply(lock);
    }

    @Locked(
            value = {"outer/#{key}", "inner/#{key}"},
            waitAtMost = 30)
    public <T> T patient(String key, Function<CurrentLock, T> work) {
        return work.apply(lock);
    }

    @Locked(value = "outer/#{key}", mode = LockMode.SHARED, waitAtMost = Locked.IMMEDIATE)
    public <T> T shared(String key, Function<CurrentLock, T> work) {
        return work.apply(lock);
    }

    @Transactional(TxType.REQUIRES_NEW)
    @Locked(value = "outer/#{key}", waitAtMost = Locked.IMMEDIATE)
    public <T> T inNewTransaction(String key, Function<CurrentLock, T> work) {
        return work.apply(lock);
    }

    @Transactional(TxType.REQUIRES_NEW)
    @Locked(value = "outer/#{key}", scope = LockScope.TRANSACTION, waitAtMost = Locked.IMMEDIATE)
    public <T> T ofTransaction(String key, Function<CurrentLock, T> work) {
        return work.apply(lock);
    }

    @Transactional(TxType.REQUIRES_NEW)
    @Locked(value = Keys.SHARED, waitAtMost = 30)
    public <T> T requiresNew(Callable<T> work) throws Exception {
        return work.call();
    }

    @Transactional(TxType.NOT_SUPPORTED)
    @Locked(value = Keys.SHARED, waitAtMost = 30)
    public <T> T notSupported(Callable<T> work) throws Exception {
        return work.call();
    }

    @Transactional
    @Locked(value = Keys.SHARED, waitAtMost = 30)
    public <T> T transactional(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = 30_000, ttl = 200, unit = ChronoUnit.MILLIS)
    public <T> T lapsing(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = 30_000, ttl = 200, unit = ChronoUnit.MILLIS, lease = Lease.ENFORCED)
    public <T> T lapsingAtTheServer(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = 30, onLoss = LossPolicy.INTERRUPT)
    public <T> T interruptible(Callable<T> work) throws Exception {
        return work.call();
    }
}
