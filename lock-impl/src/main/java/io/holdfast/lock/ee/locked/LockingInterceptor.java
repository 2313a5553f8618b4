// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.Locked;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.AroundTimeout;
import jakarta.interceptor.InvocationContext;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@link Locked} methods under their locks: {@link SessionLockInterceptor} before the method's transaction begins,
 * {@link TransactionLockInterceptor} inside it. They name no optional type, because the container would drop them
 * without an error, and the methods would run without their locks.
 */
abstract class LockingInterceptor implements Serializable {

    private static final long serialVersionUID = 1L;

    /** A client proxy, which is serializable, as an interceptor of a passivating bean has to be. */
    @Inject
    @SuppressWarnings("serial")
    private LockedCalls calls;

    @AroundInvoke
    @Nullable
    Object aroundInvoke(InvocationContext context) throws Exception {
        return calls.run(context);
    }

    /** Timer methods are not business methods, so without this they would run without their locks. */
    @AroundTimeout
    @Nullable
    Object aroundTimeout(InvocationContext context) throws Exception {
        return calls.run(context);
    }
}
