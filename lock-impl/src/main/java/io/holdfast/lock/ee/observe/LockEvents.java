// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.event.LockAcquired;
import io.holdfast.lock.event.LockContended;
import io.holdfast.lock.event.LockEvent;
import io.holdfast.lock.event.LockLost;
import io.holdfast.lock.event.LockReleased;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Fires what happens to locks as CDI events. Events that nobody observes are not made. */
@ApplicationScoped
class LockEvents implements LockListener {

    private static final String ANY = "any";

    @Inject
    private Event<LockEvent> events;

    @Inject
    private BeanManager beans;

    /** Written once, before use. */
    private Set<Class<?>> observed;

    @PostConstruct
    void start() {
        observed = Stream.of(
                        new LockAcquired(ANY, ANY, LockMode.EXCLUSIVE, Duration.ZERO),
                        new LockContended(ANY, ANY, LockMode.EXCLUSIVE, Duration.ZERO, false),
                        new LockReleased(ANY, ANY, LockMode.EXCLUSIVE, Duration.ZERO),
                        new LockLost(ANY, ANY, LockMode.EXCLUSIVE, Duration.ZERO))
                .filter(event -> !beans.resolveObserverMethods(event).isEmpty())
                .map(Object::getClass)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {
        if (observed.contains(LockAcquired.class)) {
            fire(new LockAcquired(handle.key(), handle.name(), handle.mode(), waited));
        }
    }

    @Override
    public void contended(LockAttempt attempt, Duration waited) {
        notAcquired(attempt, waited, false);
    }

    @Override
    public void timedOut(LockAttempt attempt, Duration waited) {
        notAcquired(attempt, waited, true);
    }

    @Override
    public void released(LockAttempt attempt, LockHandle handle, Duration held) {
        if (observed.contains(LockReleased.class)) {
            fire(new LockReleased(handle.key(), handle.name(), handle.mode(), held));
        }
    }

    @Override
    public void lost(LockAttempt attempt, LockHandle handle, Duration held) {
        if (observed.contains(LockLost.class)) {
            fire(new LockLost(handle.key(), handle.name(), handle.mode(), held));
        }
    }

    private void notAcquired(LockAttempt attempt, Duration waited, boolean timedOut) {
        if (observed.contains(LockContended.class)) {
            LockRequest request = attempt.request();
            fire(new LockContended(request.key(), request.name(), request.mode(), waited, timedOut));
        }
    }

    /** The core contains and logs what a synchronous observer throws, as it does for every listener. */
    private void fire(LockEvent event) {
        events.fireAsync(event).whenComplete((fired, failure) -> {
            if (failure != null) {
                Messages.observerFailed(event, failure);
            }
        });
        events.fire(event);
    }
}
