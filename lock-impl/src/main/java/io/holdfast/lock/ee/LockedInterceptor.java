// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locked;
import io.holdfast.lock.LockedBody;
import io.holdfast.lock.Locker;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.InterceptionType;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.AroundTimeout;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * Runs {@link Locked} methods under their lock. After Jakarta Concurrency's {@code @Lock} (100), before
 * {@code @Transactional} (200) and far outside of MicroProfile Fault Tolerance (4010), so that one lock covers the
 * transaction and all retries of the method. It names no optional type: the container would drop it without an error, and
 * the methods would run without their locks.
 */
@Locked("")
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 150)
class LockedInterceptor implements Serializable {

    private static final long serialVersionUID = 1L;

    /** A client proxy, which is serializable, as an interceptor of a passivating bean has to be. */
    @Inject
    @SuppressWarnings("serial")
    private Locker locker;

    /** A container that cannot load this class drops it without an error, and methods would run without their locks. */
    static void requireActive(BeanManager beans) {
        Locked binding = LockedInterceptor.class.getAnnotation(Locked.class);
        for (InterceptionType type : List.of(InterceptionType.AROUND_INVOKE, InterceptionType.AROUND_TIMEOUT)) {
            if (beans.resolveInterceptors(type, binding).stream()
                    .noneMatch(interceptor -> interceptor.getBeanClass() == LockedInterceptor.class)) {
                throw Messages.interceptorMissing(type);
            }
        }
    }

    @AroundInvoke
    Object aroundInvoke(InvocationContext context) throws Exception {
        return underLock(context);
    }

    /** Timer methods are not business methods: without this they would run without their lock. */
    @AroundTimeout
    Object aroundTimeout(InvocationContext context) throws Exception {
        return underLock(context);
    }

    private Object underLock(InvocationContext context) throws Exception {
        LockRequest request = LockedMethod.of(context).request();
        Optional<JtaTransaction> transaction = JtaTransaction.current();
        Optional<TransactionHold> held = transaction.flatMap(current -> TransactionHold.enter(request.key(), current));
        if (held.isPresent()) {
            return underHold(held.get(), request, context);
        }
        LockHandle handle = acquire(request);
        // Asked after the wait. What is marked for rollback commits nothing that the next holder could miss.
        if (transaction.isPresent() && transaction.get().isActive()) {
            return underHold(TransactionHold.bind(handle, transaction.get()), request, context);
        }
        return LockedBody.<Object, Exception>runAndRelease(handle, context::proceed);
    }

    private static Object underHold(TransactionHold hold, LockRequest request, InvocationContext context)
            throws Exception {
        try {
            if (hold.handle().mode() == LockMode.SHARED && request.mode() == LockMode.EXCLUSIVE) {
                throw Messages.notUpgradable(request.key());
            }
            return context.proceed();
        } finally {
            hold.leave();
        }
    }

    private LockHandle acquire(LockRequest request) {
        try {
            return locker.acquire(request);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Messages.interrupted(request.key(), e);
        }
    }
}
