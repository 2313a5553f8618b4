// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Notifies all listeners. An exception of a listener is logged, and does not affect the lock. */
public record Listeners(List<LockListener> all) implements LockListener {

    public Listeners {
        all = List.copyOf(all);
    }

    @Override
    public void waitBegan(LockAttempt attempt) {
        notifyEach(listener -> listener.waitBegan(attempt));
    }

    @Override
    public void queued(LockAttempt attempt) {
        notifyEach(listener -> listener.queued(attempt));
    }

    @Override
    public void waitEnded(LockAttempt attempt) {
        notifyEach(listener -> listener.waitEnded(attempt));
    }

    @Override
    public void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {
        notifyEach(listener -> listener.acquired(attempt, handle, waited));
    }

    @Override
    public void contended(LockAttempt attempt, Duration waited) {
        notifyEach(listener -> listener.contended(attempt, waited));
    }

    @Override
    public void timedOut(LockAttempt attempt, Duration waited) {
        notifyEach(listener -> listener.timedOut(attempt, waited));
    }

    /** Notifies listeners that the lock was held by others: at once, or for the whole wait. */
    public void notGranted(LockAttempt attempt, Duration waited) {
        if (attempt.waitAtMost().isZero()) {
            contended(attempt, waited);
        } else {
            timedOut(attempt, waited);
        }
    }

    @Override
    public void failed(LockAttempt attempt, LockException failure) {
        notifyEach(listener -> listener.failed(attempt, failure));
    }

    @Override
    public void refreshed(LockAttempt attempt, LockHandle handle, Duration took) {
        notifyEach(listener -> listener.refreshed(attempt, handle, took));
    }

    @Override
    public void refreshFailed(LockAttempt attempt, LockHandle handle, RuntimeException failure, Duration took) {
        notifyEach(listener -> listener.refreshFailed(attempt, handle, failure, took));
    }

    @Override
    public void suspected(LockAttempt attempt, LockHandle handle) {
        notifyEach(listener -> listener.suspected(attempt, handle));
    }

    @Override
    public void releaseBegan(LockAttempt attempt, LockHandle handle) {
        notifyEach(listener -> listener.releaseBegan(attempt, handle));
    }

    @Override
    public void released(LockAttempt attempt, LockHandle handle, Duration held) {
        notifyEach(listener -> listener.released(attempt, handle, held));
    }

    @Override
    public void lapsed(LockAttempt attempt, LockHandle handle, Duration held) {
        notifyEach(listener -> listener.lapsed(attempt, handle, held));
    }

    @Override
    public void lost(LockAttempt attempt, LockHandle handle, Duration held) {
        notifyEach(listener -> listener.lost(attempt, handle, held));
    }

    private void notifyEach(Consumer<LockListener> event) {
        for (LockListener listener : all) {
            try {
                event.accept(listener);
            } catch (Throwable e) {
                Messages.listenerFailed(listener, e);
            }
        }
    }
}
