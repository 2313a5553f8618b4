// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.sql.AcquireStatement;
import io.holdfast.lock.postgres.sql.AcquireStatement.Acquired;
import io.holdfast.lock.postgres.sql.FormerSettings;
import io.holdfast.lock.postgres.sql.MakeReadyStatement;
import io.holdfast.lock.postgres.sql.PlainQuery;
import io.holdfast.lock.postgres.sql.Query;
import io.holdfast.lock.postgres.sql.ReadyAcquireStatement;
import io.holdfast.lock.postgres.sql.ReadyAcquireStatement.NameChange;
import io.holdfast.lock.postgres.sql.RestoreStatement;
import io.holdfast.lock.postgres.sql.SessionName;
import io.holdfast.lock.postgres.sql.SessionSettings;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.sql.UnlockStatement;
import io.holdfast.lock.postgres.sql.YieldStatement;
import io.holdfast.lock.postgres.sql.YieldStatement.Yielded;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Acquires and unlocks the locks of one session, with the shortest statement that serves: a session that is ready,
 * which this side has wiped and set up for locks, needs less. Blocks on JDBC.
 */
public final class SessionLocks {

    private final LockSession session;
    private final CombinedStatements combined;

    /** The settings of the connection as it came; null unless they are changed at present. */
    private volatile @Nullable FormerSettings former;

    /** What the session was to be set to for the last lock. Callers that share the session make equal ones. */
    private @Nullable SessionSettings settings;

    /** The key of that lock. */
    private @Nullable String settingsKey;

    /** Used by the owner of the session only. */
    private final ShownName shownName = new ShownName();

    /** Used likewise. */
    private final ServerClock clock = new ServerClock();

    /**
     * Creates the locks of a session.
     *
     * @param oneStatement held while a statement of the session runs
     */
    SessionLocks(LockSession session, ReentrantLock oneStatement) {
        this.session = session;
        this.combined = new CombinedStatements(oneStatement, session);
    }

    /** Whether settings of the connection were changed, which have to be restored. */
    public boolean isReady() {
        return former != null;
    }

    /** How many requests wait for a statement to end. */
    int waiting() {
        return combined.waiting();
    }

    /** Returns what the session has to be set to for a lock: the same as before for the same lock. */
    public SessionSettings settingsFor(LockRequest request, LockerConfig config) {
        SessionSettings last = settings;
        boolean isSame = last != null
                && !last.enforced()
                && request.lease() != Lease.ENFORCED
                && (config.sessions() == SessionMode.SHARED || request.key().equals(settingsKey));
        if (last == null || !isSame) {
            last = SessionTerms.of(request, config);
            settings = last;
            settingsKey = request.key();
        }
        return last;
    }

    /** Asks for the only lock of the session. After an exception the session may hold it. */
    public Acquired acquire(AcquireStatement statement) throws SQLException {
        session.identity().lockIds().add(statement.lockId());
        FormerSettings before = former;
        if (before == null) {
            return acquire(statement, statement.settings());
        }
        SessionSettings settings = statement.settings();
        boolean waits = statement.waitAtMost() != null;
        boolean showsName = shownName.differsFrom(settings.name(), waits);
        long sentNanos = System.nanoTime();
        NameChange name =
                showsName ? new NameChange(before.applicationName(), settings.name(), clock.seconds(sentNanos)) : null;
        Acquired answer = acquireReady(statement, name);
        if (session.isOver()) {
            // It ended while the session waited. The session had no other lock, so its time begins again.
            session.restartLifetime(sentNanos);
        }
        if (showsName && Boolean.TRUE.equals(answer.granted())) {
            shownName.set(settings.name(), waits ? System.nanoTime() : sentNanos);
        }
        return answer;
    }

    /** Asks for one of several locks, on a session that is ready. After an exception the session may hold it. */
    public Acquired acquireAmongOthers(AcquireStatement statement) throws SQLException {
        session.identity().lockIds().add(statement.lockId());
        return statement.isPlain()
                ? acquired(statement.lockId(), combined.tryAcquire(statement.mode(), statement.lockId()))
                : acquireReady(statement, null);
    }

    private Acquired acquireReady(AcquireStatement statement, @Nullable NameChange name) throws SQLException {
        ReadyAcquireStatement.Answer answer = session.ask(new ReadyAcquireStatement(
                statement.mode(), statement.lockId(), statement.waitAtMost(), name, statement.fenced()));
        if (answer.clock() != null) {
            clock.read(answer.clock());
        }
        return acquired(statement.lockId(), answer);
    }

    private Acquired acquired(long lockId, ReadyAcquireStatement.Answer answer) throws SQLException {
        if (answer.pid() != session.backend().pid()) {
            throw SqlStates.sessionChanged();
        }
        if (!answer.granted()) {
            session.identity().lockIds().remove(lockId);
        }
        return new Acquired(answer.granted(), session.backend(), answer.waited(), null, answer.token());
    }

    /** Makes the session ready for many locks, without asking for one. */
    Acquired makeReady(SessionSettings settings) throws SQLException {
        return acquire(new MakeReadyStatement(settings), settings);
    }

    private Acquired acquire(Query<Acquired> statement, SessionSettings settings) throws SQLException {
        long sentNanos = System.nanoTime();
        Acquired answer = session.ask(statement);
        session.identity().learnBackend(answer.backend());
        clock.read(answer.backend().seenAt());
        FormerSettings changed = Boolean.TRUE.equals(answer.granted()) ? answer.former() : null;
        boolean isLimited = changed != null && changed.idleTimeout() != null && settings.isHeartbeat();
        session.beginLifetime(isLimited ? new Lifetime(settings.lease(), sentNanos) : null);
        former = changed == null ? null : settings.toRestore(changed);
        shownName.set(settings.name(), sentNanos);
        return answer;
    }

    /** Whether the lock was held until now, on this very backend. The session stays ready for another lock. */
    public boolean unlock(long lockId, LockMode mode) throws SQLException {
        boolean held = session.ask(session.toUnlock(mode, lockId));
        session.identity().lockIds().remove(lockId);
        return held;
    }

    /** As {@link #unlock}, on a session that may have other locks. */
    public boolean unlockAmongOthers(long lockId, LockMode mode) throws SQLException {
        boolean held = combined.unlock(mode, lockId);
        session.identity().lockIds().remove(lockId);
        return held;
    }

    /**
     * Unlocks a lock that the session may have after an error, and leaves its other locks alone; false if the session
     * may still have it.
     */
    public boolean unlockAfterError(long lockId, LockMode mode) {
        try {
            unlockAmongOthers(lockId, mode);
            return true;
        } catch (Throwable e) {
            return false;
        }
    }

    /** As {@link #unlock}, and restores the settings of the connection. */
    public boolean unlockAndRestore(long lockId, LockMode mode) throws SQLException {
        return unlockAndRestore(
                new UnlockStatement(mode, lockId, session.backend().pid(), former),
                () -> session.identity().lockIds().remove(lockId));
    }

    /**
     * Unlocks the exclusive lock, and tries to acquire it again, unless another session waits for it. A lock whose new
     * fencing token is not confirmed is unlocked again.
     */
    public Yielded yieldLock(long lockId, boolean dedicated, boolean fenced) throws SQLException {
        FormerSettings before = former;
        SessionName old = dedicated && before != null ? shownName.ifOld() : null;
        NameChange name =
                old == null ? null : new NameChange(requireNonNull(before).applicationName(), old, null);
        long sentNanos = System.nanoTime();
        Yielded answer =
                session.ask(new YieldStatement(lockId, session.backend().pid(), name, fenced));
        if (!answer.granted()) {
            session.identity().lockIds().remove(lockId);
            return answer;
        }
        if (old != null) {
            shownName.set(old, sentNanos);
        }
        if (fenced && answer.token() == null) {
            unlockAmongOthers(lockId, LockMode.EXCLUSIVE);
            return new Yielded(answer.wasHeld(), false, null);
        }
        return answer;
    }

    /** Unlocks everything and restores the settings; false if the connection leads to another backend by now. */
    public boolean restore() throws SQLException {
        return unlockAndRestore(
                new RestoreStatement(session.backend().pid(), requireNonNull(former)),
                session.identity().lockIds()::clear);
    }

    /** After the settings were restored, no other statement may change them. */
    private boolean unlockAndRestore(Query<Boolean> unlock, Runnable forget) throws SQLException {
        boolean held = session.askLast(unlock);
        forget.run();
        former = null;
        return held;
    }

    /** Unlocks everything, whatever an earlier error has left; false if that fails. */
    public boolean unlockAll() {
        try {
            boolean unlocked = session.ask(PlainQuery.UNLOCK_ALL);
            session.identity().lockIds().clear();
            return unlocked;
        } catch (Throwable e) {
            return false;
        }
    }
}
