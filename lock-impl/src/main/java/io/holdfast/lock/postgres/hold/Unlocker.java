// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.SessionAllocation;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.sql.YieldStatement.Yielded;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Unlocks on the server. If somebody in this JVM waits for the lock, it is tried again in the same statement: a session
 * that waits in the server's queue gets it first, and otherwise it stays on this session for the next here.
 */
final class Unlocker {

    private final SessionAllocation allocation;
    private final Tenure.Registry registry;

    Unlocker(SessionAllocation allocation, Tenure.Registry registry) {
        this.allocation = allocation;
        this.registry = registry;
    }

    /**
     * The result of an unlock.
     *
     * @param wasHeld whether the server had the lock until then
     * @param failure why the server did not answer; null if it did
     */
    record Unlocked(boolean wasHeld, @Nullable Throwable failure) {}

    /**
     * Unlocks, and returns the session to the pool, or retires it if it is doubtful. To be called after
     * {@link Tenure#beginUnlocking}. Blocks on JDBC.
     */
    Unlocked unlock(Tenure tenure) {
        return unlock(tenure, true);
    }

    /**
     * Unlocks.
     *
     * @param mayYield whether the lock is tried again if somebody in this JVM waits for it
     */
    private Unlocked unlock(Tenure tenure, boolean mayYield) {
        Tenure renewed = null;
        Yielded answer = null;
        try {
            LockRequest next = mayYield ? tenure.next() : null;
            long sentNanos = System.nanoTime();
            answer = next == null
                    ? unlockForAll(tenure)
                    : tenure.session().locks().yieldLock(tenure.lockId(), tenure.isDedicated(), next.fenced());
            if (!answer.wasHeld()) {
                tenure.reportUnproven();
                registry.retire(tenure.session(), null);
            } else if (tenure.beginDisposing()) {
                if (answer.granted()) {
                    renewed = tenure.renewed(answer.token(), sentNanos);
                } else {
                    if (next != null) {
                        tenure.markNextRefused();
                    }
                    allocation.putBack(tenure.session(), tenure.lockId());
                }
            }
            return new Unlocked(answer.wasHeld(), null);
        } catch (Throwable e) {
            boolean wasHeld = answer == null ? wasHeld(tenure.session(), e) : answer.wasHeld();
            if (!wasHeld) {
                tenure.reportUnproven();
            }
            registry.retire(tenure.session(), e);
            return new Unlocked(wasHeld, e);
        } finally {
            if (renewed == null) {
                tenure.end();
            } else {
                passOn(renewed);
            }
        }
    }

    /** The lock ends with its session. If the session was alive until the error, so was the lock. */
    private static boolean wasHeld(LockSession session, Throwable error) {
        return !(error instanceof SQLException sql)
                || !SqlStates.isSessionLost(sql)
                || session.isTooSlow()
                || session.isStopped();
    }

    private Yielded unlockForAll(Tenure tenure) throws SQLException {
        LockSession session = tenure.session();
        boolean wasHeld;
        if (!tenure.isDedicated()) {
            wasHeld = session.locks().unlockAmongOthers(tenure.lockId(), tenure.mode());
        } else if (isKept(tenure)) {
            wasHeld = session.locks().unlock(tenure.lockId(), tenure.mode());
        } else {
            wasHeld = session.locks().unlockAndRestore(tenure.lockId(), tenure.mode());
        }
        return new Yielded(wasHeld, false, null);
    }

    /**
     * Whether the calling thread may unlock, though it is no keeper: its session answers any thread, and does not
     * return to its pool.
     */
    boolean mayUnlockHere(Tenure tenure) {
        return tenure.session().isOpenToCaller() && (!tenure.isDedicated() || isKept(tenure));
    }

    /** Whether the session stays with the locker after the unlock. */
    private boolean isKept(Tenure tenure) {
        return tenure.isDedicated() && !tenure.isEnforced() && allocation.keeps(tenure.session());
    }

    /** The one that has waited here may have left in the meantime. */
    private void passOn(Tenure renewed) {
        if (!renewed.passOn(null) && renewed.beginUnlocking(null)) {
            unlock(renewed, false);
        }
    }
}
