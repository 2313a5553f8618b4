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
 * Distinguishes the servers that the locker has met, each known by the moment of its start. What one of them says about a lock
 * counts for locks of another only if it has taken over from that.
 */
public final class Servers {

    /** By the moment of the start; empty if the role may not know. */
    private final Map<Long, Optional<ServerIdentity>> identities = new ConcurrentHashMap<>();

    /** Whether servers of different clusters were met. */
    private volatile boolean strangersMet;

    /** Costs a round trip for each server. Not for a standby. */
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
            Messages.LOG.log(System.Logger.Level.DEBUG, "the server does not say who it is", e);
            return Optional.empty();
        }
    }

    /**
     * Whether a server that has answered just now has taken over from another: it is the same one after a restart, or was
     * promoted since. False if that is not known.
     */
    public boolean hasTakenOver(long answering, long former) {
        return compare(
                answering,
                former,
                (one, other) -> one.cluster() == other.cluster() && one.timeline() >= other.timeline());
    }

    /** Whether a standby of this server was promoted since, or a copy of it. */
    public boolean hasSuccessor(long start) {
        return identities.keySet().stream()
                .anyMatch(met -> compare(
                        met,
                        start,
                        (one, other) -> one.cluster() == other.cluster() && one.timeline() > other.timeline()));
    }

    /** Whether servers of different clusters were met at all. */
    public boolean haveStrangers() {
        return strangersMet;
    }

    /** Whether the two are known to be of different clusters. */
    public boolean areStrangers(long start, long otherStart) {
        return compare(start, otherStart, (one, other) -> one.cluster() != other.cluster());
    }

    /** False if one of them is not known. */
    private boolean compare(long start, long otherStart, BiPredicate<ServerIdentity, ServerIdentity> comparison) {
        Optional<ServerIdentity> one = identities.getOrDefault(start, Optional.empty());
        Optional<ServerIdentity> other = identities.getOrDefault(otherStart, Optional.empty());
        return one.isPresent() && other.isPresent() && comparison.test(one.get(), other.get());
    }
}
