// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Distinguishes the servers that the locker has met, each known by the moment of its start. What one of them says about a lock
 * counts for locks of another only if it has taken over from that.
 */
final class Servers {

    /**
     * Which server it is.
     *
     * @param cluster what it shares with its standbys and copies only
     * @param timeline rises with every promotion
     */
    record Identity(long cluster, long timeline) {}

    /** By the moment of the start; empty if the role may not know. */
    private final Map<Long, Optional<Identity>> identities = new ConcurrentHashMap<>();

    /** Whether servers of different clusters were met. */
    private volatile boolean strangersMet;

    /** Costs a round trip for each server. Not for a standby. */
    void learn(long start, LockSession session) throws SQLException {
        if (!identities.containsKey(start)) {
            identities.put(start, identity(session));
            strangersMet |= identities.keySet().stream().anyMatch(other -> areStrangers(start, other));
        }
    }

    private static Optional<Identity> identity(LockSession session) throws SQLException {
        try {
            return Optional.of(session.serverIdentity());
        } catch (SQLException e) {
            if (!SqlStates.isRefused(e)) {
                throw e;
            }
            Messages.LOG.log(System.Logger.Level.DEBUG, "the identity of the server cannot be had", e);
            return Optional.empty();
        }
    }

    /** Whether the one has taken over from the other: after a restart, or a promotion. False if that is not known. */
    boolean isSuccessor(long start, long formerStart) {
        Optional<Identity> one = identity(start);
        Optional<Identity> former = identity(formerStart);
        return one.isPresent()
                && former.isPresent()
                && one.get().cluster() == former.get().cluster()
                && (one.get().timeline() > former.get().timeline()
                        || one.get().timeline() == former.get().timeline() && start > formerStart);
    }

    /** Whether another server has taken over from this one. */
    boolean hasSuccessor(long start) {
        return identities.keySet().stream().anyMatch(other -> isSuccessor(other, start));
    }

    /** Whether servers of different clusters were met at all. */
    boolean haveStrangers() {
        return strangersMet;
    }

    /** Whether the two are known to be of different clusters. */
    boolean areStrangers(long start, long otherStart) {
        Optional<Identity> one = identity(start);
        Optional<Identity> other = identity(otherStart);
        return one.isPresent()
                && other.isPresent()
                && one.get().cluster() != other.get().cluster();
    }

    private Optional<Identity> identity(long start) {
        return identities.getOrDefault(start, Optional.empty());
    }
}
