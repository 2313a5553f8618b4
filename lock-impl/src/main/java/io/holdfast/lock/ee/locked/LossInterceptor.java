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
 * After {@code @Transactional} (200), as {@link SessionLockInterceptor} is outside of that transaction: tells which one it is, and
 * that a method whose lock was lost does not commit.
 */
@Locked("")
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 250)
class LossInterceptor implements Serializable {

    private static final long serialVersionUID = 1L;

    @Inject
    @SuppressWarnings("serial")
    private LockedCalls calls;

    @AroundInvoke
    Object aroundInvoke(InvocationContext context) throws Exception {
        return rollingBackIfLost(context);
    }

    @AroundTimeout
    Object aroundTimeout(InvocationContext context) throws Exception {
        return rollingBackIfLost(context);
    }

    private Object rollingBackIfLost(InvocationContext context) throws Exception {
        calls.works();
        try {
            return context.proceed();
        } finally {
            calls.rollBackIfLost();
        }
    }
}
