// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.connection.PoolKind;
import io.holdfast.lock.postgres.thread.Elapsed;
import io.holdfast.lock.spi.LockAttempt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reports the events of one held lock to the listeners and to the holder's own actions. No event is reported before the
 * holder has its handle, and the end is reported once.
 */
final class HolderEvents {

    /** How the lock ended. */
    enum End {
        RELEASED,
        LAPSED,
        LOST
    }

    private final LockAttempt attempt;
    private final Listeners listeners;
    private final Supplier<LockHandle> handle;
    private final long grantedNanos = System.nanoTime();

    /** The actions to run if the lock is lost; null once the end was reported. Guarded by this. */
    private @Nullable List<Runnable> onLost = List.of();

    /** Written once; null before the end is decided. */
    private volatile @Nullable End end;

    private volatile boolean announced;

    private final AtomicBoolean suspicionReported = new AtomicBoolean();
    private final AtomicBoolean releaseReported = new AtomicBoolean();
    private final AtomicBoolean lossLogged = new AtomicBoolean();

    /**
     * Creates the events of one lock.
     *
     * @param handle makes a handle for listeners. No handle is kept here, so that a dropped handle of the holder is
     *     found
     */
    HolderEvents(LockAttempt attempt, Listeners listeners, Supplier<LockHandle> handle) {
        this.attempt = attempt;
        this.listeners = listeners;
        this.handle = handle;
    }

    Duration held() {
        return Elapsed.since(grantedNanos);
    }

    /** Adds an action, or runs it now if the loss was reported already. */
    void onLost(Runnable action) {
        boolean endReported;
        synchronized (this) {
            List<Runnable> actions = onLost;
            endReported = actions == null;
            if (actions != null) {
                onLost = new ArrayList<>(actions);
                onLost.add(action);
            }
        }
        if (endReported && end == End.LOST) {
            run(action);
        }
    }

    private void run(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            Messages.onLostFailed(Shown.lock(attempt), e);
        }
    }

    /** To be called when the holder gets its handle. */
    void acquired(LockHandle handle, Duration waited) {
        listeners.acquired(attempt, handle, waited);
        announced = true;
        reportEnd();
    }

    void refreshed(Duration took) {
        listeners.refreshed(attempt, handle.get(), took);
    }

    void refreshFailed(RuntimeException failure, Duration took) {
        listeners.refreshFailed(attempt, handle.get(), failure, took);
    }

    /** Reports only the first call: the release is begun again if a listener of the first one hangs. */
    void releaseBegan() {
        if (announced && releaseReported.compareAndSet(false, true)) {
            listeners.releaseBegan(attempt, handle.get());
        }
    }

    /** Whether {@link #suspected} would report or note a change. */
    boolean isSuspicionNews(boolean suspect) {
        return announced && suspicionReported.get() != suspect;
    }

    /** Reports once each time the lock becomes suspect. */
    void suspected(boolean suspect) {
        if (announced && !suspicionReported.getAndSet(suspect) && suspect) {
            Messages.suspected(Shown.lock(attempt));
            listeners.suspected(attempt, handle.get());
        }
    }

    /**
     * To be called when it is decided how the lock ended; only the first call has an effect.
     *
     * @param pool the pool that the session came from
     * @param cause why the lock was lost; null if there is no exception for it
     */
    void ended(End end, PoolKind pool, @Nullable Throwable cause) {
        synchronized (this) {
            this.end = this.end == null ? end : this.end;
        }
        reportEnd();
        if (end == End.LOST && lossLogged.compareAndSet(false, true)) {
            Messages.lost(Shown.lock(attempt), held(), pool, cause);
        }
    }

    /** Reports the end if the holder has its handle and the end is decided; the later of the two calls this. */
    private void reportEnd() {
        List<Runnable> actions;
        synchronized (this) {
            if (!announced || onLost == null || end == null) {
                return;
            }
            actions = onLost;
            onLost = null;
        }
        switch (end) {
            case RELEASED -> listeners.released(attempt, handle.get(), held());
            case LAPSED -> listeners.lapsed(attempt, handle.get(), held());
            case LOST -> {
                actions.forEach(this::run);
                listeners.lost(attempt, handle.get(), held());
            }
        }
    }
}
