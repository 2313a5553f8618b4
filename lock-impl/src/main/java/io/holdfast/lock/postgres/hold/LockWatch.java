// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.WorkQueue;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Watches the locks that are held, at every check interval from the first lock on: it releases abandoned locks, reports
 * locks that have become suspect, has all locks checked, and has doubtful sessions terminated. The timer's thread only
 * starts this work.
 */
public final class LockWatch {

    /** The time after which a hand-over that has not ended was stopped by an error and will not resume. */
    private static final Duration STRANDED_AFTER = Duration.ofSeconds(10);

    private final Tenures tenures;
    private final AbandonedHandles abandoned;
    private final LockCheck check;
    private final Heartbeat heartbeat;
    private final Keepers keepers;
    private final WorkQueue notifications;
    private final Duration checkInterval;
    private final Duration answerTimeout;
    private final Duration touchInterval;
    private final AtomicBoolean started = new AtomicBoolean();

    LockWatch(
            Tenures tenures,
            AbandonedHandles abandoned,
            LockCheck check,
            Heartbeat heartbeat,
            Keepers keepers,
            WorkQueue notifications,
            LockerConfig config) {
        this.tenures = tenures;
        this.abandoned = abandoned;
        this.check = check;
        this.heartbeat = heartbeat;
        this.keepers = keepers;
        this.notifications = notifications;
        this.checkInterval = config.checkInterval();
        this.answerTimeout = config.answerTimeout();
        this.touchInterval = config.heartbeat().dividedBy(6);
    }

    /** Starts the watch, unless it has started. If no thread is available, the call for the next lock tries again. */
    void start() {
        if (started.compareAndSet(false, true)) {
            boolean scheduled = false;
            try {
                keepers.every(checkInterval, this::watch);
                keepers.every(answerTimeout.dividedBy(4), this::endOverdueAndStopped);
                if (!touchInterval.isZero()) {
                    keepers.every(touchInterval, heartbeat::start);
                }
                scheduled = true;
            } finally {
                started.set(scheduled);
            }
        }
    }

    /**
     * Retires the sessions that do not answer a statement on a caller's thread, so that it returns, and those that an
     * error has stopped, since the caller may not have been able to retire them.
     */
    private void endOverdueAndStopped() {
        for (LockSession session : tenures.overdueSessions(answerTimeout)) {
            session.markTooSlow();
            keepers.run(() -> tenures.retire(session, null));
        }
        for (LockSession session : tenures.sessionsToRetire()) {
            keepers.run(() -> tenures.retire(session, null));
        }
    }

    private void watch() {
        abandoned.forEach(notifications::add);
        if (!tenures.isEmpty()) {
            notifications.add(() -> {
                tenures.holders().forEach(Holder::endIfOrphaned);
                tenures.endStranded(STRANDED_AFTER);
            });
            tenures.holders()
                    .filter(Holder::isSuspicionNews)
                    .forEach(holder -> notifications.add(holder::reportSuspicion));
            keepers.runReported(check::run);
        }
        if (!tenures.doubtful().isEmpty()) {
            keepers.runReported(tenures.doubtful()::terminateAll);
        }
    }
}
