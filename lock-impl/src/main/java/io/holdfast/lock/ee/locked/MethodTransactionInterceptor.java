// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.Locked;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.AroundTimeout;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.io.Serializable;

/**
 * Runs after {@code @Transactional} (200) and so inside the method's own transaction, which
 * {@link SessionLockInterceptor} does not see. It notes that transaction, and marks it for rollback if the lock was
 * lost.
 */
@Locked("")
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 250)
class MethodTransactionInterceptor implements Serializable {

    private static final long serialVersionUID = 1L;

    @Inject
    @SuppressWarnings("serial")
    private LockedCalls calls;

    @AroundInvoke
    Object aroundInvoke(InvocationContext context) throws Exception {
        return proceed(context);
    }

    @AroundTimeout
    Object aroundTimeout(InvocationContext context) throws Exception {
        return proceed(context);
    }

    private Object proceed(InvocationContext context) throws Exception {
        calls.joinTransaction();
        try {
            return context.proceed();
        } finally {
            calls.rollBackIfLost();
        }
    }
}
