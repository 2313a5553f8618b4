// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.Locked;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.InterceptionType;
import java.util.List;

/**
 * Checks that the interceptors of {@link Locked} are active: a container that cannot load a class drops it without an
 * error.
 */
public final class ActiveInterceptors {

    private static final List<Class<?>> INTERCEPTORS =
            List.of(SessionLockInterceptor.class, MethodTransactionInterceptor.class, TransactionLockInterceptor.class);

    private ActiveInterceptors() {}

    /**
     * Requires that every interceptor is active.
     *
     * @throws jakarta.enterprise.inject.spi.DeploymentException if one is not, so that methods would run without their
     *     locks
     */
    public static void require(BeanManager beans) {
        for (Class<?> interceptor : INTERCEPTORS) {
            for (InterceptionType type : List.of(InterceptionType.AROUND_INVOKE, InterceptionType.AROUND_TIMEOUT)) {
                if (!isActive(interceptor, type, beans)) {
                    throw Messages.interceptorMissing(type);
                }
            }
        }
    }

    private static boolean isActive(Class<?> interceptor, InterceptionType type, BeanManager beans) {
        Locked binding = interceptor.getAnnotation(Locked.class);
        return beans.resolveInterceptors(type, binding).stream()
                .anyMatch(resolved -> resolved.getBeanClass() == interceptor);
    }
}
