// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Tells all listeners, and keeps what they throw from the lock. */
public record Listeners(List<LockListener> all) implements LockListener {

    public Listeners {
        all = List.copyOf(all);
    }

    @Override
    public void waitBegan(LockAttempt attempt) {
        tell(listener -> listener.waitBegan(attempt));
    }

    @Override
    public void queued(LockAttempt attempt) {
        tell(listener -> listener.queued(attempt));
    }

    @Override
    public void waitEnded(LockAttempt attempt) {
        tell(listener -> listener.waitEnded(attempt));
    }

    @Override
    public void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {
        tell(listener -> listener.acquired(attempt, handle, waited));
    }

    @Override
    public void contended(LockAttempt attempt, Duration waited) {
        tell(listener -> listener.contended(attempt, waited));
    }

    @Override
    public void timedOut(LockAttempt attempt, Duration waited) {
        tell(listener -> listener.timedOut(attempt, waited));
    }

    /** To those who asked for it at once, or who waited in vain. */
    public void refused(LockAttempt attempt, Duration waited) {
        if (attempt.waitAtMost().isZero()) {
            contended(attempt, waited);
        } else {
            timedOut(attempt, waited);
        }
    }

    @Override
    public void failed(LockAttempt attempt, LockException failure) {
        tell(listener -> listener.failed(attempt, failure));
    }

    @Override
    public void refreshed(LockAttempt attempt, LockHandle handle, Duration took) {
        tell(listener -> listener.refreshed(attempt, handle, took));
    }

    @Override
    public void refreshFailed(LockAttempt attempt, LockHandle handle, RuntimeException failure, Duration took) {
        tell(listener -> listener.refreshFailed(attempt, handle, failure, took));
    }

    @Override
    public void suspected(LockAttempt attempt, LockHandle handle) {
        tell(listener -> listener.suspected(attempt, handle));
    }

    @Override
    public void releaseBegan(LockAttempt attempt, LockHandle handle) {
        tell(listener -> listener.releaseBegan(attempt, handle));
    }

    @Override
    public void released(LockAttempt attempt, LockHandle handle, Duration held) {
        tell(listener -> listener.released(attempt, handle, held));
    }

    @Override
    public void lapsed(LockAttempt attempt, LockHandle handle, Duration held) {
        tell(listener -> listener.lapsed(attempt, handle, held));
    }

    @Override
    public void lost(LockAttempt attempt, LockHandle handle, Duration held) {
        tell(listener -> listener.lost(attempt, handle, held));
    }

    private void tell(Consumer<LockListener> event) {
        for (LockListener listener : all) {
            try {
                event.accept(listener);
            } catch (Throwable e) {
                Messages.listenerFailed(listener, e);
            }
        }
    }
}
