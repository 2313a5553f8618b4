// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.postgres.sql.PlainQuery;
import io.holdfast.lock.postgres.sql.ServerIdentity;
import io.holdfast.lock.postgres.sql.SqlStates;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;

/**
 * Distinguishes the servers that the locker has met, each identified by the moment of its start. The answer of one
 * server about a lock of another server counts only if the first one has taken over from the second one.
 */
public final class Servers {

    /** The identity of each server, by the moment of its start; empty if the role may not see it. */
    private final Map<Long, Optional<ServerIdentity>> identities = new ConcurrentHashMap<>();

    /** Whether servers of different clusters were met. */
    private volatile boolean strangersMet;

    /** Asks once for each server which one it is. Must not be called for a standby. */
    public void learn(long start, LockSession session) throws SQLException {
        if (!identities.containsKey(start)) {
            identities.put(start, identity(session));
            strangersMet |= identities.keySet().stream().anyMatch(other -> areStrangers(start, other));
        }
    }

    private static Optional<ServerIdentity> identity(LockSession session) throws SQLException {
        try {
            return Optional.of(session.ask(PlainQuery.SERVER_IDENTITY));
        } catch (SQLException e) {
            if (!SqlStates.isServerError(e)) {
                throw e;
            }
            Messages.LOG.log(System.Logger.Level.DEBUG, "the server does not show its identity", e);
            return Optional.empty();
        }
    }

    /**
     * Whether a server that has just answered has taken over from another server: it is the same server after a
     * restart, or was promoted since then. False if that is not known.
     */
    public boolean hasTakenOver(long answering, long former) {
        return compare(
                answering,
                former,
                (one, other) -> one.cluster() == other.cluster() && one.timeline() >= other.timeline());
    }

    /** Whether a standby of this server, or a copy of it, was promoted since then. */
    public boolean hasSuccessor(long start) {
        return identities.size() > 1
                && identities.keySet().stream()
                        .anyMatch(met -> compare(
                                met,
                                start,
                                (one, other) -> one.cluster() == other.cluster() && one.timeline() > other.timeline()));
    }

    /** Whether the locker has met servers of different clusters. */
    public boolean haveStrangers() {
        return strangersMet;
    }

    /** Whether both servers are known, and belong to different clusters. */
    public boolean areStrangers(long start, long otherStart) {
        return compare(start, otherStart, (one, other) -> one.cluster() != other.cluster());
    }

    /** False if one of the servers is not known. */
    private boolean compare(long start, long otherStart, BiPredicate<ServerIdentity, ServerIdentity> comparison) {
        Optional<ServerIdentity> one = identities.getOrDefault(start, Optional.empty());
        Optional<ServerIdentity> other = identities.getOrDefault(otherStart, Optional.empty());
        return one.isPresent() && other.isPresent() && comparison.test(one.get(), other.get());
    }
}
