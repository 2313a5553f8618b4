// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.LockScope;
import io.holdfast.lock.Locked;
import jakarta.annotation.Priority;
import jakarta.interceptor.Interceptor;

/**
 * After {@code @Transactional} (200), whose transaction keeps the lock, and far outside of MicroProfile Fault Tolerance
 * (4010).
 */
@Locked(value = "", scope = LockScope.TRANSACTION)
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 250)
class TransactionLockInterceptor extends LockingInterceptor {

    private static final long serialVersionUID = 1L;
}
