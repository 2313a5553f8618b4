// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.session.DoubtfulSessions;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.Servers;
import io.holdfast.lock.postgres.session.SessionAllocation;
import io.holdfast.lock.postgres.session.SessionProbe;
import io.holdfast.lock.postgres.session.Sessions;
import io.holdfast.lock.postgres.thread.Keepers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tenures of a locker that have not ended, and what becomes of them when their sessions end. */
public final class Tenures implements Tenure.Registry {

    private final Set<Tenure> all = ConcurrentHashMap.newKeySet();
    private final SessionAllocation allocation;
    private final Servers servers;
    private final SessionProbe probe;
    private final DoubtfulSessions doubtful;
    private final boolean severalLocksOnSession;

    public Tenures(
            SessionAllocation allocation, Servers servers, Sessions sessions, Keepers keepers, LockerConfig config) {
        this.allocation = allocation;
        this.servers = servers;
        this.probe = new SessionProbe(sessions, keepers, config, this);
        this.doubtful = new DoubtfulSessions(probe, servers, keepers, config);
        this.severalLocksOnSession = config.sessions() == SessionMode.SHARED;
    }

    SessionProbe probe() {
        return probe;
    }

    public DoubtfulSessions doubtful() {
        return doubtful;
    }

    void add(Tenure tenure) {
        all.add(tenure);
    }

    @Override
    public void forget(Tenure tenure) {
        all.remove(tenure);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    int count() {
        return all.size();
    }

    public Stream<Tenure> stream() {
        return all.stream();
    }

    /** One of the tenures of this lock in this locker; empty if there is none. */
    Optional<Tenure> of(long lockId) {
        return stream().filter(tenure -> tenure.lockId() == lockId).findFirst();
    }

    @Override
    public Collection<LockSession> askableSessions() {
        Set<LockSession> sessions = new LinkedHashSet<>(allocation.idle());
        stream().filter(tenure -> !tenure.isEnforced()).forEach(tenure -> sessions.add(tenure.session()));
        return sessions;
    }

    /** How many sessions most likely do not answer any more: a session that answers proves its locks. */
    public int silentSessions() {
        return (int) stream()
                .filter(tenure -> tenure.holder().state() == LockState.SUSPECT)
                .map(Tenure::session)
                .distinct()
                .count();
    }

    /** Throws if there are locks on a server that has nothing to do with the one of this session. */
    public void requireOneCluster(LockSession session, String what) {
        if (!servers.haveStrangers()) {
            return;
        }
        long server = session.backend().serverStart();
        boolean elsewhere = stream()
                .anyMatch(tenure ->
                        servers.areStrangers(server, tenure.session().backend().serverStart()));
        if (elsewhere) {
            throw Messages.twoClusters(what);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Locks are marked before the session is retired, and their holders notified afterwards. A lock that is being granted on
     * the session is found by the second look, or finds the session gone: see {@link HeldLocks#hold}.
     */
    @Override
    public void retire(LockSession session, @Nullable Throwable cause) {
        reportLoss(session);
        List<Holder> lost = new ArrayList<>(beginLosing(session));
        doubtful.retire(session);
        lost.addAll(beginLosing(session));
        lost.forEach(holder -> holder.finishLosing(cause));
    }

    private List<Holder> beginLosing(LockSession session) {
        return on(session).map(Tenure::holder).filter(Holder::beginLosing).toList();
    }

    @Override
    public void reportLoss(LockSession session) {
        if (!severalLocksOnSession) {
            return;
        }
        long locks = on(session).count();
        if (locks > 1 && session.claimLossReport()) {
            Messages.sharedSessionLost(locks, session.pool());
        }
    }

    private Stream<Tenure> on(LockSession session) {
        return stream().filter(tenure -> tenure.session() == session);
    }

    /** Marks all of them before it ends the first. */
    static void loseAll(Collection<Tenure> gone) {
        List<Holder> lost =
                gone.stream().map(Tenure::holder).filter(Holder::beginLosing).toList();
        lost.forEach(holder -> holder.finishLosing(null));
    }
}
