// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.Locked;
import jakarta.annotation.Priority;
import jakarta.interceptor.Interceptor;

/**
 * After Jakarta Concurrency's {@code @Lock} (100), before {@code @Transactional} (200) and far outside of MicroProfile
 * Fault Tolerance (4010), so that one lock covers the transaction and all retries of the method.
 */
@Locked("")
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 150)
class SessionLockInterceptor extends LockingInterceptor {

    private static final long serialVersionUID = 1L;
}
