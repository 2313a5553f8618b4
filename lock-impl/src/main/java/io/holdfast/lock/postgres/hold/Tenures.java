// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockState;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.session.DoubtfulSessions;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.Servers;
import io.holdfast.lock.postgres.session.SessionAllocation;
import io.holdfast.lock.postgres.session.SessionProbe;
import io.holdfast.lock.postgres.session.Sessions;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.Uninterruptibly;
import io.holdfast.lock.spi.LockAttempt;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tenures of a locker that have not ended. Ends them as lost when their sessions end. */
public final class Tenures implements Tenure.Registry {

    private final Groups<LockSession, Tenure> bySession = new Groups<>();
    private final Groups<Long, Tenure> byLockId = new Groups<>();
    private final SessionAllocation allocation;
    private final Servers servers;
    private final SessionProbe probe;
    private final DoubtfulSessions doubtful;
    private final boolean severalLocksOnSession;
    private final Sessions sessions;
    private final Keepers keepers;
    private final Duration patience;
    private volatile boolean closed;

    public Tenures(
            SessionAllocation allocation, Servers servers, Sessions sessions, Keepers keepers, LockerConfig config) {
        this.allocation = allocation;
        this.sessions = sessions;
        this.keepers = keepers;
        this.patience = config.answerTimeout();
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

    @Override
    public void add(Tenure tenure) {
        bySession.add(tenure.session(), tenure);
        byLockId.add(tenure.lockId(), tenure);
    }

    @Override
    public void forget(Tenure tenure) {
        byLockId.remove(tenure.lockId(), tenure);
        // This is the last step, since the watch looks here for what an error has left.
        bySession.remove(tenure.session(), tenure);
    }

    @Override
    public boolean mayPassOn() {
        return !closed && !sessions.isShort();
    }

    /** From now on no lock passes from holder to holder. */
    void close() {
        closed = true;
    }

    boolean isEmpty() {
        return bySession.isEmpty();
    }

    int count() {
        return (int) stream().count();
    }

    public Stream<Tenure> stream() {
        return bySession.all().stream().flatMap(List::stream);
    }

    /** Ends the tenures that an error has stopped on their way to the next holder, or to their end. */
    void endStranded(Duration limit) {
        stream()
                .filter(tenure -> tenure.isStranded(limit) && tenure.beginUnlocking(null))
                .forEach(tenure -> tenure.endLost(null));
        stream()
                .filter(tenure -> tenure.isUnlocking() && tenure.session().isGone())
                .forEach(Tenure::end);
    }

    /** Returns the holders of all locks, except of those that pass from one holder to the next. */
    Stream<Holder> holders() {
        return stream().flatMap(tenure -> tenure.holder().stream());
    }

    /** Returns one of the tenures of this lock in this locker; empty if there is none. */
    Optional<Tenure> of(long lockId) {
        return byLockId.of(lockId).stream().findFirst();
    }

    @Override
    public Collection<LockSession> askableSessions() {
        Set<LockSession> sessions = new LinkedHashSet<>(allocation.idle());
        for (List<Tenure> onOne : bySession.all()) {
            if (!onOne.get(0).isEnforced()) {
                // An enforced lease does not share its session.
                sessions.add(onOne.get(0).session());
            }
        }
        return sessions;
    }

    /** Returns the sessions that do not answer a statement on a caller's thread within this time. */
    List<LockSession> overdueSessions(Duration limit) {
        return sessions.overdue(limit);
    }

    /** Returns the sessions that are being retired, or have to be, since an error has stopped something on them. */
    List<LockSession> sessionsToRetire() {
        return sessions.toEnd();
    }

    /** Counts the sessions that most likely do not answer any more, since a session that answers proves its locks. */
    public int silentSessions() {
        return (int) stream()
                .filter(tenure -> tenure.holder().map(Holder::state).orElse(LockState.HELD) == LockState.SUSPECT)
                .map(Tenure::session)
                .distinct()
                .count();
    }

    /**
     * Throws if there are locks on a server of another cluster than the server of this session.
     *
     * @param attempt the attempt to acquire a lock, for the message
     */
    public void requireOneCluster(LockSession session, LockAttempt attempt) {
        if (!servers.haveStrangers()) {
            return;
        }
        long server = session.backend().serverStart();
        boolean elsewhere = stream()
                .anyMatch(tenure ->
                        servers.areStrangers(server, tenure.session().backend().serverStart()));
        if (elsewhere) {
            throw Messages.twoClusters(Shown.lock(attempt));
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>The locks are marked as lost before the session is retired, and their holders are notified afterwards. If a
     * lock is granted on the session at the same time, either the second search for locks finds it, or its grant finds
     * that the session is gone: see {@link HeldLocks#hold}.
     */
    @Override
    public void retire(LockSession session, @Nullable Throwable cause) {
        session.condemn();
        if (Keepers.isKeeper()) {
            retireHere(session, cause);
            return;
        }
        // Connections are closed on keeper threads only.
        try {
            Uninterruptibly.get(keepers.run(() -> retireHere(session, cause)), patience);
        } catch (TimeoutException e) {
            Messages.LOG.log(System.Logger.Level.DEBUG, "the session takes long to end", e);
        } catch (SQLException e) {
            throw new IllegalStateException("retiring handles its own failures", e);
        }
    }

    private void retireHere(LockSession session, @Nullable Throwable cause) {
        reportLoss(session);
        List<Holder> lost = beginLosing(bySession.of(session));
        if (!session.isGone()) {
            doubtful.retire(session);
        }
        lost.addAll(beginLosing(bySession.of(session)));
        lost.forEach(holder -> holder.finishLosing(cause));
    }

    /**
     * Marks locks as lost, and returns the holders of those that this call has marked. A lock that passes to its next
     * holder is marked by the latter.
     */
    private static List<Holder> beginLosing(Collection<Tenure> tenures) {
        // A loop, and not a stream: the model checks do not look into streams.
        List<Holder> lost = new ArrayList<>();
        for (Tenure tenure : tenures) {
            Holder holder = tenure.lose();
            if (holder != null && holder.beginLosing()) {
                lost.add(holder);
            }
        }
        return lost;
    }

    @Override
    public void reportLoss(LockSession session) {
        if (!severalLocksOnSession) {
            return;
        }
        int locks = bySession.of(session).size();
        if (locks > 1 && session.claimLossReport()) {
            Messages.sharedSessionLost(locks, session.pool());
        }
    }

    /** Ends tenures as lost. All are marked before the first is ended. */
    static void loseAll(Collection<Tenure> gone) {
        beginLosing(gone).forEach(holder -> holder.finishLosing(null));
    }
}
