// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Tells all listeners, and keeps what they throw from the lock. */
record Listeners(List<LockListener> all) implements LockListener {

    Listeners {
        all = List.copyOf(all);
    }

    @Override
    public void waitBegan(LockRequest request) {
        tell(listener -> listener.waitBegan(request));
    }

    @Override
    public void waitEnded(LockRequest request) {
        tell(listener -> listener.waitEnded(request));
    }

    @Override
    public void acquired(LockHandle handle, Duration waited) {
        tell(listener -> listener.acquired(handle, waited));
    }

    @Override
    public void contended(LockRequest request, Duration waited) {
        tell(listener -> listener.contended(request, waited));
    }

    @Override
    public void timedOut(LockRequest request, Duration waited) {
        tell(listener -> listener.timedOut(request, waited));
    }

    /** To those who asked for it at once, or who waited in vain. */
    void refused(LockRequest request, Duration limit, Duration waited) {
        if (limit.isZero()) {
            contended(request, waited);
        } else {
            timedOut(request, waited);
        }
    }

    @Override
    public void failed(LockRequest request, LockException failure) {
        tell(listener -> listener.failed(request, failure));
    }

    @Override
    public void refreshed(LockHandle handle) {
        tell(listener -> listener.refreshed(handle));
    }

    @Override
    public void suspected(LockHandle handle) {
        tell(listener -> listener.suspected(handle));
    }

    @Override
    public void released(LockHandle handle, Duration held) {
        tell(listener -> listener.released(handle, held));
    }

    @Override
    public void lost(LockHandle handle, Duration held) {
        tell(listener -> listener.lost(handle, held));
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
