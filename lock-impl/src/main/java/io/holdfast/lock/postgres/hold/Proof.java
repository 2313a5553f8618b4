// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.WallClock;
import java.time.Duration;

/** The last proof that the server has a lock. The first is the grant. */
final class Proof {

    private final Duration patience;

    /** The moment from which the proof is too old. */
    private volatile Deadline suspectFrom;

    /** The last moment at which the server is known to have had the lock. */
    private volatile long provenNanos;

    /** The moment at which the proof was noted, by the wall clock. */
    private volatile long notedMillis = WallClock.millis();

    /** How many holders have released the lock since then, without asking the server. Guarded by this. */
    private int releases;

    Proof(long provenNanos, Duration patience) {
        this.patience = patience;
        this.provenNanos = provenNanos;
        this.suspectFrom = Deadline.after(patience);
    }

    /** To be called when the server has proven that the session held the lock at this moment. */
    synchronized void renew(long nanos) {
        suspectFrom = suspectFrom.later(Deadline.from(nanos, patience));
        notedMillis = WallClock.millis();
        if (nanos - provenNanos > 0) {
            provenNanos = nanos;
            releases = 0;
        }
    }

    boolean isYoungerThan(Duration age) {
        return System.nanoTime() - provenNanos < age.toNanos();
    }

    boolean isTooOld() {
        return suspectFrom.mayHavePassed();
    }

    /** Whether the proof was noted before this moment of the wall clock. */
    boolean isNotedBefore(long wallMillis) {
        return notedMillis < wallMillis;
    }

    /** To be called when a holder has released the lock without asking the server. */
    synchronized void released() {
        releases++;
    }

    /** Returns how many holders have released the lock since the proof; zero if that was asked before. */
    synchronized int takeReleases() {
        int taken = releases;
        releases = 0;
        return taken;
    }
}
