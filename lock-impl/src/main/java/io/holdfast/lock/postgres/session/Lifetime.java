// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.postgres.thread.Deadline;
import java.time.Duration;

/**
 * How long the server keeps a session that is silent, as this side may count on: from the moment when the last statement
 * that was answered had been sent, and a little shorter than the server does.
 */
public final class Lifetime {

    private static final Duration LONGEST_MARGIN = Duration.ofSeconds(1);

    private final Duration counted;
    private final Duration touchAfter;

    /** Written under the lock of this. */
    private volatile Deadline end;

    private volatile Deadline touchAt;

    Lifetime(Duration heartbeat, long sentNanos) {
        Duration margin = heartbeat.dividedBy(10);
        counted = heartbeat.minus(margin.compareTo(LONGEST_MARGIN) < 0 ? margin : LONGEST_MARGIN);
        touchAfter = heartbeat.dividedBy(3);
        end = Deadline.from(sentNanos, counted);
        touchAt = Deadline.from(sentNanos, touchAfter);
    }

    public boolean hasEnded() {
        return end.hasPassed();
    }

    /** Whether it has ended by either clock. */
    public boolean mayHaveEnded() {
        return end.mayHavePassed();
    }

    /** Whether a sign of life is due. */
    public boolean isTouchDue() {
        return touchAt.mayHavePassed();
    }

    /** Notes an answer. One that comes after the end is too late: whoever looked meanwhile has seen the session as lost. */
    synchronized boolean prolong(long sentNanos) {
        if (end.hasPassed()) {
            return false;
        }
        // An answer to an earlier statement may be noted after that to a later one.
        end = end.later(Deadline.from(sentNanos, counted));
        touchAt = touchAt.later(Deadline.from(sentNanos, touchAfter));
        return true;
    }
}
