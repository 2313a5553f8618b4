// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.Locked;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.InterceptionType;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.AroundTimeout;
import jakarta.interceptor.InvocationContext;
import java.io.Serializable;
import java.util.List;

/**
 * Runs {@link Locked} methods under their lock: {@link SessionLockInterceptor} before the method's transaction begins,
 * {@link TransactionLockInterceptor} inside it. They name no optional type: the container would drop them without an error, and
 * the methods would run without their locks.
 */
abstract class LockingInterceptor implements Serializable {

    private static final long serialVersionUID = 1L;

    /** A client proxy, which is serializable, as an interceptor of a passivating bean has to be. */
    @Inject
    @SuppressWarnings("serial")
    private LockedCalls calls;

    /** A container that cannot load a class drops it without an error, and methods would run without their locks. */
    static void requireActive(BeanManager beans) {
        for (Class<?> interceptor :
                List.of(SessionLockInterceptor.class, LossInterceptor.class, TransactionLockInterceptor.class)) {
            Locked binding = interceptor.getAnnotation(Locked.class);
            for (InterceptionType type : List.of(InterceptionType.AROUND_INVOKE, InterceptionType.AROUND_TIMEOUT)) {
                if (beans.resolveInterceptors(type, binding).stream()
                        .noneMatch(resolved -> resolved.getBeanClass() == interceptor)) {
                    throw Messages.interceptorMissing(type);
                }
            }
        }
    }

    @AroundInvoke
    Object aroundInvoke(InvocationContext context) throws Exception {
        return calls.run(context);
    }

    /** Timer methods are not business methods: without this they would run without their lock. */
    @AroundTimeout
    Object aroundTimeout(InvocationContext context) throws Exception {
        return calls.run(context);
    }
}
