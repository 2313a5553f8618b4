// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import java.lang.reflect.Array;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** What the caller of a method gets that was skipped, because its lock was busy. */
final class SkippedResult {

    private static final Map<Class<?>, Object> EMPTY = Map.of(
            Optional.class, Optional.empty(),
            OptionalInt.class, OptionalInt.empty(),
            OptionalLong.class, OptionalLong.empty(),
            OptionalDouble.class, OptionalDouble.empty());

    private SkippedResult() {}

    static @Nullable Object of(Class<?> type) {
        boolean isFuture = Future.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type);
        if (isFuture && type.isAssignableFrom(CompletableFuture.class)) {
            return CompletableFuture.completedFuture(null);
        }
        boolean isPrimitive = type.isPrimitive() && type != void.class;
        // The elements of a new array are 0 or false.
        return isPrimitive ? Array.get(Array.newInstance(type, 1), 0) : EMPTY.get(type);
    }
}
