// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locked;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A method with the annotation that takes effect for it, parsed and checked once. The settings are applied already.
 *
 * @param method the method
 * @param locked the annotation
 * @param locks the locks of each call
 * @param ifBusy what happens if one of the locks is busy
 * @param minHold how long the locks are held at least
 * @param hasResultFuture whether the method gets a future of Jakarta Concurrency, to complete it
 */
public record LockedMethod(
        Method method,
        Locked locked,
        List<LockTemplate> locks,
        IfBusy ifBusy,
        Duration minHold,
        boolean hasResultFuture) {

    /**
     * Returns a request for each key of a call.
     *
     * @throws IllegalStateException if the arguments do not make a key
     */
    public List<LockRequest> requests(Object[] arguments) {
        Map<String, LockRequest> requests = new LinkedHashMap<>();
        for (LockTemplate lock : locks) {
            String key = lock.key().key(arguments);
            requests.computeIfAbsent(key, same -> request(lock, same));
        }
        return List.copyOf(requests.values());
    }

    private LockRequest request(LockTemplate lock, String key) {
        try {
            return lock.request(key);
        } catch (IllegalArgumentException e) {
            throw Messages.badKey(method, e);
        }
    }

    /**
     * Returns how long to wait for all locks of a call together.
     *
     * @param first the request for the first of them
     */
    public Duration waitAtMost(LockRequest first) {
        return locks.stream()
                .filter(lock -> lock.prototype().name().equals(first.name()))
                .findFirst()
                .orElseThrow()
                .waitAtMost();
    }

    /**
     * Returns what the caller gets if the method does not run.
     *
     * @return the result; may be null
     */
    public @Nullable Object resultIfSkipped() {
        return SkippedResult.of(method.getReturnType());
    }
}
