// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.spi.LockListener;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Records every call of a listener by the name of its method. Thread-safe. */
final class EventRecord {

    private static final Set<String> ENDS = Set.of("releaseBegan", "released", "lapsed", "lost");

    private final List<String> events = new CopyOnWriteArrayList<>();

    /** Returns the listener whose calls are recorded. */
    LockListener listener() {
        return (LockListener) Proxy.newProxyInstance(
                LockListener.class.getClassLoader(), new Class<?>[] {LockListener.class}, this::record);
    }

    private @Nullable Object record(Object listener, Method method, Object @Nullable [] arguments) {
        return switch (method.getName()) {
            case "equals" -> listener == requireNonNull(arguments)[0];
            case "hashCode" -> System.identityHashCode(listener);
            case "toString" -> "listener of an EventRecord";
            default -> {
                events.add(method.getName());
                yield null;
            }
        };
    }

    /** Returns all events, the oldest first. */
    List<String> events() {
        return List.copyOf(events);
    }

    /** Returns the events about the ends of locks, the oldest first. */
    List<String> ends() {
        return events.stream().filter(ENDS::contains).toList();
    }
}
