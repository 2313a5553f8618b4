// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.postgres.thread.Elapsed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** The places of locks on shared sessions. No session has the same lock twice. */
final class LockPlaces {

    private static final class Use {

        /** The locks that the session holds or asks for. */
        final Set<Long> lockIds = new HashSet<>();

        /** When it had a lock the last time, as of {@link System#nanoTime}. */
        long usedNanos = System.nanoTime();
    }

    private final int perSession;
    private final int spread;
    private final Predicate<LockSession> isUsable;
    private final BooleanSupplier isShort;

    /** The use of each session. Guarded by this. */
    private final Map<LockSession, Use> uses = new LinkedHashMap<>();

    /** Guarded by this. */
    private boolean closed;

    /**
     * Creates the places.
     *
     * @param perSession the most locks on a session
     * @param spread how many sessions there may be although the locks need fewer
     * @param isUsable whether a session may get a further lock
     * @param isShort whether callers wait until there may be another session
     */
    LockPlaces(int perSession, int spread, Predicate<LockSession> isUsable, BooleanSupplier isShort) {
        this.perSession = perSession;
        this.spread = spread;
        this.isUsable = isUsable;
        this.isShort = isShort;
    }

    /**
     * Takes a place on the session that the fewest callers use, and of several on the fullest, so that the others
     * become idle. Empty if there is none.
     */
    synchronized Optional<LockSession> take(long lockId) {
        uses.keySet().removeIf(LockSession::isGone);
        LockSession best = null;
        int fewest = 0;
        int fullest = 0;
        for (Map.Entry<LockSession, Use> entry : uses.entrySet()) {
            LockSession session = entry.getKey();
            Set<Long> lockIds = entry.getValue().lockIds;
            if (lockIds.size() < perSession && !lockIds.contains(lockId) && isUsable.test(session)) {
                int callers = session.callers();
                if (best == null || callers < fewest || callers == fewest && lockIds.size() > fullest) {
                    best = session;
                    fewest = callers;
                    fullest = lockIds.size();
                }
            }
        }
        if (best != null) {
            requireNonNull(uses.get(best)).lockIds.add(lockId);
        }
        return Optional.ofNullable(best);
    }

    /** Adds a session that has this lock, or is to ask for it. */
    synchronized void add(LockSession session, long lockId) {
        Use use = new Use();
        use.lockIds.add(lockId);
        uses.put(session, use);
    }

    /** Adds a session without locks, unless there are enough. */
    synchronized boolean addIdle(LockSession session) {
        boolean added = mayBeMore();
        if (added) {
            uses.put(session, new Use());
        }
        return added;
    }

    /** Whether there may be one more session than the locks need. */
    synchronized boolean mayBeMore() {
        return uses.size() < spread && !closed && !isShort.getAsBoolean();
    }

    /** Puts a place back. Whether the session has to be returned now, because it is not needed any more. */
    synchronized boolean putBack(LockSession session, long lockId) {
        Use use = uses.get(session);
        if (use == null) {
            return true;
        }
        use.lockIds.remove(lockId);
        use.usedNanos = System.nanoTime();
        boolean surplus = use.lockIds.isEmpty() && (closed || uses.size() > spread || isShort.getAsBoolean());
        if (surplus) {
            uses.remove(session);
        }
        return surplus;
    }

    /** The sessions without a lock. */
    synchronized Collection<LockSession> idle() {
        return uses.entrySet().stream()
                .filter(entry ->
                        entry.getValue().lockIds.isEmpty() && !entry.getKey().isGone())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Whether there is more than one session, so that one may become idle. */
    synchronized boolean areSeveral() {
        return uses.size() > 1;
    }

    /** Removes the sessions that have had no lock for this time, except the last one. */
    synchronized List<LockSession> removeIdleFor(Duration time) {
        List<LockSession> removed = new ArrayList<>();
        for (LockSession session : idle()) {
            Use use = requireNonNull(uses.get(session));
            if (uses.size() > 1 && Elapsed.since(use.usedNanos).compareTo(time) >= 0) {
                uses.remove(session);
                removed.add(session);
            }
        }
        return removed;
    }

    synchronized Collection<LockSession> removeIdle() {
        Collection<LockSession> removed = idle();
        removed.forEach(uses::remove);
        return removed;
    }

    /** No session is kept without a lock from now on. */
    synchronized void close() {
        closed = true;
    }
}
