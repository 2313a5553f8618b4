// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.WorkQueue;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Looks after the locks that are held, at every check interval and from the first lock on: releases what was abandoned, reports
 * what became suspect, has the locks checked, and terminates doubtful sessions. The timer's thread only starts work.
 */
public final class LockWatch {

    private final Tenures tenures;
    private final AbandonedHandles abandoned;
    private final LockCheck check;
    private final Heartbeat heartbeat;
    private final Keepers keepers;
    private final WorkQueue errands;
    private final Duration checkInterval;
    private final Duration touchInterval;
    private final AtomicBoolean started = new AtomicBoolean();

    LockWatch(
            Tenures tenures,
            AbandonedHandles abandoned,
            LockCheck check,
            Heartbeat heartbeat,
            Keepers keepers,
            WorkQueue errands,
            LockerConfig config) {
        this.tenures = tenures;
        this.abandoned = abandoned;
        this.check = check;
        this.heartbeat = heartbeat;
        this.keepers = keepers;
        this.errands = errands;
        this.checkInterval = config.checkInterval();
        this.touchInterval = config.heartbeat().dividedBy(6);
    }

    /** Starts with the first lock. If no thread is available, the next lock tries again. */
    void start() {
        if (started.compareAndSet(false, true)) {
            boolean scheduled = false;
            try {
                keepers.every(checkInterval, this::look);
                if (!touchInterval.isZero()) {
                    keepers.every(touchInterval, heartbeat::start);
                }
                scheduled = true;
            } finally {
                started.set(scheduled);
            }
        }
    }

    private void look() {
        abandoned.forEach(errands::add);
        if (!tenures.isEmpty()) {
            errands.add(() -> tenures.stream().map(Tenure::holder).forEach(Holder::endIfForsaken));
            tenures.stream()
                    .map(Tenure::holder)
                    .filter(Holder::isSuspicionNews)
                    .forEach(holder -> errands.add(holder::reportSuspicion));
            keepers.run(check::run);
        }
        if (!tenures.doubtful().isEmpty()) {
            keepers.run(tenures.doubtful()::terminateAll);
        }
    }
}
