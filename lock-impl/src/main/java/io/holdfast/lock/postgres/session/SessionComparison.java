// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.postgres.sql.PlainQuery;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.thread.Deadline;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Finds out whether two connections lead to a session each, and stay on it while a transaction runs on the other one.
 * If not, the source shares sessions, or a pooler assigns a session to each transaction.
 */
final class SessionComparison {

    /**
     * While other clients are active, a round may see the same session by chance, also where a pooler assigns its
     * sessions in turn. Of 7,200 comparisons behind PgBouncer ten rounds missed one, three rounds 24.
     */
    private static final int ROUNDS = 10;

    /** Over a slow network two rounds have to be enough. */
    private static final int FEWEST_ROUNDS = 2;

    private final Duration enough;
    private final AtomicBoolean poolerReported = new AtomicBoolean();

    /**
     * A comparison with a limit.
     *
     * @param enough after which time no further round begins
     */
    SessionComparison(Duration enough) {
        this.enough = enough;
    }

    /** Fails if the connections do not have a session each. Returns the process id of the first one. */
    int compare(LockSession one, LockSession other, Progress progress) throws SQLException {
        Deadline deadline = Deadline.after(enough);
        try {
            progress.nextStep();
            int first = one.ask(PlainQuery.BACKEND_PID);
            reportPooler(one, first);
            for (int round = 0; round < ROUNDS && (round < FEWEST_ROUNDS || !deadline.hasPassed()); round++) {
                compare(first, one, other, progress);
            }
            return first;
        } catch (SQLException e) {
            if (SqlStates.isForeignSession(e)) {
                throw Messages.transactionPooler(one.pool(), e);
            }
            throw e;
        }
    }

    private void reportPooler(LockSession session, int pid) {
        OptionalInt driverPid = session.driverPid();
        if (driverPid.isPresent() && driverPid.getAsInt() != pid && poolerReported.compareAndSet(false, true)) {
            Messages.pooler(pid, driverPid.getAsInt());
        }
    }

    /**
     * Asks before and after, so that a pooler that prefers the session it used last assigns it to the other connection.
     */
    private static void compare(int first, LockSession one, LockSession other, Progress progress) throws SQLException {
        progress.nextStep();
        int before = one.ask(PlainQuery.BACKEND_PID);
        progress.nextStep();
        other.begin();
        int beside = other.ask(PlainQuery.BACKEND_PID);
        progress.nextStep();
        int after = one.ask(PlainQuery.BACKEND_PID);
        progress.nextStep();
        other.rollback();
        if (beside == after) {
            throw Messages.duplicateSession(after, one.pool());
        }
        if (before != first || after != first || beside == first) {
            throw Messages.transactionPooler(one.pool(), null);
        }
    }
}
