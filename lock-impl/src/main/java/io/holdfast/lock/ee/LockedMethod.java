// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locked;
import jakarta.interceptor.InvocationContext;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** A method and the annotation that holds for it. */
record LockedMethod(Method method, Locked locked) {

    /** The method's own annotation goes before that of the bean class, which is inherited. */
    static LockedMethod of(InvocationContext context) {
        Method method = context.getMethod();
        Locked locked = method.getAnnotation(Locked.class);
        if (locked == null) {
            locked = context.getTarget().getClass().getAnnotation(Locked.class);
        }
        if (locked == null) {
            throw Messages.badAnnotation(method, "it is found neither on the method nor on its class");
        }
        return new LockedMethod(method, locked);
    }

    LockRequest request() {
        if (locked.value().isEmpty()) {
            throw Messages.badAnnotation(method, "the key must not be empty");
        }
        LockRequest request = LockRequest.of(locked.value())
                .mode(locked.mode())
                .scope(locked.scope())
                .releaseAfterTransaction(true);
        if (locked.waitAtMost() == Locked.CONFIGURED) {
            return request;
        }
        return request.waitAtMost(locked.waitAtMost() == Locked.UNLIMITED ? LockRequest.UNLIMITED : limit());
    }

    private Duration limit() {
        if (locked.waitAtMost() < 0) {
            throw Messages.badAnnotation(method, "waitAtMost must be 0 or more, UNLIMITED or CONFIGURED");
        }
        if (locked.unit().isDurationEstimated() && locked.unit() != ChronoUnit.DAYS) {
            throw Messages.badAnnotation(method, "unit must be of exact length, so up to DAYS: " + locked.unit());
        }
        return Duration.of(locked.waitAtMost(), locked.unit());
    }
}
