// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.FencingToken;
import io.holdfast.lock.IfBusy;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockHandles;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.Locker;
import io.holdfast.lock.LossPolicy;
import io.holdfast.lock.ee.domain.Domain;
import io.holdfast.lock.ee.domain.Domains;
import io.holdfast.lock.ee.transaction.JtaTransaction;
import io.holdfast.lock.ee.transaction.LossInterrupt;
import io.holdfast.lock.ee.transaction.SharedHold;
import io.holdfast.lock.ee.transaction.TransactionBinding;
import io.holdfast.lock.postgres.transaction.TransactionLock;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.interceptor.InvocationContext;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs {@code @Locked} methods, and knows which of them each thread is in: a call of a key that the thread's call chain holds
 * goes on under the lock held.
 */
@ApplicationScoped
class LockedCalls implements CurrentLock {

    @Inject
    private Domains domains;

    @Inject
    private LockedExtension extension;

    private final Map<LockedTarget, LockedMethod> methods = new ConcurrentHashMap<>();

    /** The innermost; removed when the outermost has ended. */
    private final ThreadLocal<LockedCall> current = new ThreadLocal<>();

    /** The work of an interceptor. */
    Object run(InvocationContext context) throws Exception {
        LockedTarget target = new LockedTarget(context.getTarget().getClass(), context.getMethod());
        LockedMethod method = methods.computeIfAbsent(target, same -> extension.parse(same, domains::settings));
        Domain domain = domains.get(method.locked().domain());
        LockedCall call = new LockedCall(domain, current.get());
        List<LockRequest> requests = method.requests(context.getParameters());
        try {
            acquire(call, method, requests);
        } catch (InterruptedException e) {
            throw interrupted(context.getMethod(), requests.get(0).key(), e);
        } catch (LockNotAcquiredException e) {
            if (method.ifBusy() == IfBusy.SKIP) {
                return method.resultIfSkipped();
            }
            throw e;
        }
        return new Held(call, method, System.nanoTime()).run(context);
    }

    /** As the method declares it. */
    private static Exception interrupted(Method method, String key, InterruptedException cause) {
        if (List.of(method.getExceptionTypes()).contains(InterruptedException.class)) {
            return Messages.interruptedAsDeclared(key, cause);
        }
        Thread.currentThread().interrupt();
        return Messages.interrupted(key, cause);
    }

    /** All or none. */
    private void acquire(LockedCall call, LockedMethod method, List<LockRequest> requests) throws InterruptedException {
        boolean complete = false;
        try {
            List<LockRequest> others = new ArrayList<>();
            List<SharedHold> entered = new ArrayList<>();
            for (LockRequest request : requests) {
                Optional<LockedCall> holder = call.holder(request.key());
                if (holder.isPresent()) {
                    SharedHold held = holder.get().hold(request.key()).orElseThrow();
                    requireCovered(request, held.lock());
                    if (!holder.get().isInTransactionOfCaller()) {
                        throw Messages.heldInOtherTransaction(request.key());
                    }
                    call.addShare(held, call.domain().binding().share(request, held));
                    entered.add(held);
                } else {
                    if (call.domain().binding().isKept(request.key())) {
                        call.shares(request.key());
                    }
                    others.add(request);
                }
            }
            acquireOthers(call, method, others);
            requireHeld(call, entered);
            if (!call.isTransactionOfCallerActive()) {
                throw Messages.transactionEnded(requests.get(0).key());
            }
            complete = true;
        } finally {
            if (!complete) {
                call.handles().close();
            }
        }
    }

    /** What was had first may have ended during the wait for the others. */
    private static void requireHeld(LockedCall call, List<SharedHold> entered) {
        List<LockHandle> all = call.handles().all();
        if (all.size() > 1) {
            entered.stream().filter(SharedHold::isGone).findFirst().ifPresent(hold -> {
                throw Messages.lostInCall(hold.lock().key());
            });
            all.stream().filter(SharedHold::isGone).findFirst().ifPresent(lock -> {
                throw io.holdfast.lock.ee.transaction.Messages.gone(lock.key());
            });
        }
    }

    private static void requireCovered(LockRequest request, LockHandle held) {
        if (SharedHold.isGone(held)) {
            throw Messages.lostInCall(request.key());
        }
        if (held instanceof TransactionLock && request.scope() == LockScope.SESSION) {
            throw io.holdfast.lock.ee.transaction.Messages.heldInTransaction(request.key());
        }
        if (held.mode() == LockMode.SHARED && request.mode() == LockMode.EXCLUSIVE) {
            throw Messages.notUpgradableInCall(request.key());
        }
        if (request.fenced() && held.fencingToken().isEmpty()) {
            throw Messages.notFencedInCall(request.key());
        }
    }

    private void acquireOthers(LockedCall call, LockedMethod method, List<LockRequest> requests)
            throws InterruptedException {
        if (requests.isEmpty()) {
            return;
        }
        Locker locker = call.domain().locker();
        LockRequest first = requests.get(0);
        Duration limit = method.waitAtMost(first);
        if (requests.size() == 1) {
            call.add(locker.acquire(first, limit));
        } else if (first.scope() == LockScope.TRANSACTION) {
            locker.acquireAll(requests, limit).all().forEach(call::add);
        } else {
            acquireAllOnSessions(call, requests, limit);
        }
    }

    /** They are bound to the transaction when all are granted, or else it would keep those that were. */
    private void acquireAllOnSessions(LockedCall call, List<LockRequest> requests, Duration limit)
            throws InterruptedException {
        TransactionBinding binding = call.domain().binding();
        List<LockRequest> unbound = new ArrayList<>();
        for (LockRequest request : requests) {
            binding.shareOfTransaction(request)
                    .ifPresentOrElse(call::add, () -> unbound.add(request.releaseAfterTransaction(false)));
        }
        LockHandles granted = call.domain().locker().acquireAll(unbound, limit);
        try {
            granted.all().forEach(lock -> call.add(binding.bind(lock)));
        } catch (RuntimeException e) {
            granted.close();
            throw e;
        }
    }

    /** Inside the method's own transaction, if it has one. */
    void works() {
        LockedCall call = current.get();
        if (call != null) {
            call.works();
        }
    }

    /** Inside the method's own transaction, if it has one: what was done without the lock is not to be committed. */
    void rollBackIfLost() {
        LockedCall call = current.get();
        if (call != null && call.isLost()) {
            JtaTransaction.current().ifPresent(JtaTransaction::rollBackIfActive);
        }
    }

    /** A method that has its locks. */
    private final class Held {

        private final LockedCall call;
        private final LockedMethod method;
        private final long grantedNanos;

        private Held(LockedCall call, LockedMethod method, long grantedNanos) {
            this.call = call;
            this.method = method;
            this.grantedNanos = grantedNanos;
        }

        private Object run(InvocationContext context) throws Exception {
            Object result;
            try {
                result = proceed(context);
                // In scope TRANSACTION the transaction keeps the lock anyway, and no longer than it lasts.
                if (result instanceof CompletionStage<?> stage
                        && method.locked().scope() == LockScope.SESSION) {
                    call.keepForOpenTransaction();
                    return releasedAfter(stage);
                }
            } catch (Throwable failure) {
                releaseAfter(failure);
                throw failure;
            }
            release();
            return result;
        }

        private Object proceed(InvocationContext context) throws Exception {
            LossInterrupt interrupt = new LossInterrupt(Thread.currentThread());
            current.set(call);
            try {
                call.works();
                if (method.locked().onLoss() == LossPolicy.INTERRUPT) {
                    call.onLoss(interrupt);
                }
                return method.hasResultFuture() ? withResultFuture(context) : context.proceed();
            } finally {
                call.endOf(interrupt);
                if (call.outer() == null) {
                    current.remove();
                } else {
                    current.set(call.outer());
                }
            }
        }

        private Object withResultFuture(InvocationContext context) throws Exception {
            AsynchronousResult result = AsynchronousResult.begin();
            try {
                return result.of(context.proceed());
            } finally {
                result.end();
            }
        }

        /** Completes as the stage does, when the locks are released. */
        private CompletableFuture<Object> releasedAfter(CompletionStage<?> stage) {
            CompletableFuture<Object> told = new CompletableFuture<>();
            stage.whenComplete((value, failure) -> {
                if (failure != null) {
                    releaseAfter(failure);
                    told.completeExceptionally(failure);
                    return;
                }
                try {
                    release();
                    told.complete(value);
                } catch (Throwable e) {
                    told.completeExceptionally(e);
                }
            });
            if (stage instanceof CompletableFuture<?> work) {
                told.whenComplete((value, failure) -> {
                    if (told.isCancelled()) {
                        work.cancel(true);
                    }
                });
            }
            return told;
        }

        private void releaseAfter(Throwable failure) {
            try {
                release();
            } catch (Throwable e) {
                failure.addSuppressed(e);
            }
        }

        /** On the thread that ends the work, whose transaction may have begun under the locks. */
        private void release() {
            try {
                call.keepForOpenTransaction();
            } finally {
                releaseLocks();
            }
            call.requireKept();
        }

        private void releaseLocks() {
            LockHandles handles = call.handles();
            Duration left = method.minHold().minusNanos(System.nanoTime() - grantedNanos);
            if (left.isNegative() || left.isZero() || handles.all().stream().anyMatch(SharedHold::isGone)) {
                handles.release();
            } else {
                handles.all().forEach(handle -> call.domain().closeAfter(handle, left));
            }
        }
    }

    // ---- the current lock

    private LockHandles currentLocks() {
        LockedCall call = current.get();
        if (call == null) {
            throw Messages.noCurrentLock();
        }
        return call.handles();
    }

    @Override
    public List<String> keys() {
        return currentLocks().all().stream().map(LockHandle::key).toList();
    }

    @Override
    public boolean isHeld() {
        return currentLocks().isHeld();
    }

    @Override
    public Optional<FencingToken> fencingToken() {
        List<LockHandle> locks = currentLocks().all();
        if (locks.size() > 1) {
            throw Messages.severalTokens(locks.size());
        }
        return locks.get(0).fencingToken();
    }

    @Override
    public void refresh(Duration ttl) {
        currentLocks().refresh(ttl);
    }
}
