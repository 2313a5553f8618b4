// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import io.holdfast.lock.spi.LockListener;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Notes everything that a listener can hear, by the names of its methods. Thread-safe. */
final class EventRecord {

    private static final Set<String> ENDS = Set.of("releaseBegan", "released", "lapsed", "lost");

    private final List<String> events = new CopyOnWriteArrayList<>();

    /** That hears what is noted. */
    LockListener listener() {
        return (LockListener) Proxy.newProxyInstance(
                LockListener.class.getClassLoader(), new Class<?>[] {LockListener.class}, this::note);
    }

    private @Nullable Object note(Object listener, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> listener == arguments[0];
            case "hashCode" -> System.identityHashCode(listener);
            case "toString" -> "listener of an EventRecord";
            default -> {
                events.add(method.getName());
                yield null;
            }
        };
    }

    /** The oldest first. */
    List<String> events() {
        return List.copyOf(events);
    }

    /** What was reported of the ends of locks. */
    List<String> ends() {
        return events.stream().filter(ENDS::contains).toList();
    }
}
