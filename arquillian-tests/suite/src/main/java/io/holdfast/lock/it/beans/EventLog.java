// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.event.LockContended;
import io.holdfast.lock.event.LockEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes the events of locks, and throws at some. */
@ApplicationScoped
public class EventLog {

    /** The name of locks whose events are thrown at. */
    public static final String UNLUCKY = "unlucky";

    private final List<LockEvent> events = new CopyOnWriteArrayList<>();
    private final List<LockEvent> asyncEvents = new CopyOnWriteArrayList<>();

    void note(@Observes LockEvent event) {
        events.add(event);
        throwAt(event);
    }

    void noteAsync(@ObservesAsync LockEvent event) {
        asyncEvents.add(event);
        throwAt(event);
    }

    private static void throwAt(LockEvent event) {
        if (event.name().equals(UNLUCKY)) {
            throw new IllegalStateException("on purpose");
        }
    }

    /** The names of the events that were received for a key. */
    public List<String> events(String key) {
        return names(events, key);
    }

    /** As {@link #events}, to the asynchronous observer, in the order of the alphabet. */
    public List<String> asyncEvents(String key) {
        return names(asyncEvents, key).stream().sorted().toList();
    }

    private static List<String> names(List<LockEvent> events, String key) {
        return events.stream()
                .filter(event -> event.key().equals(key))
                .map(event -> event.getClass().getSimpleName() + (isTimeout(event) ? " by timeout" : ""))
                .toList();
    }

    private static boolean isTimeout(LockEvent event) {
        return event instanceof LockContended contended && contended.timedOut();
    }
}
