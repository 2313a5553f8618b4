// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.Lease;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The queue of one key. Only {@code LocalQueues} calls it, which guards it. */
final class KeyQueue {

    /** The turns that have not arrived, in the order of the requests. */
    final Deque<Turn> line = new ArrayDeque<>(1);

    /** The turns of those that ask the server, or are about to. */
    final List<Turn> asking = new ArrayList<>(0);

    /** The turns of those that hold the lock. */
    final List<Turn> holding = new ArrayList<>(0);

    /** Whether the line is not empty, for a look without the lock. */
    volatile boolean somebodyWaits;

    /** Whether somebody holds an exclusive lock, likewise. */
    volatile boolean isHeld;

    /** Notes what may be looked at without the lock. */
    void noteForLooks() {
        somebodyWaits = !line.isEmpty();
        isHeld = !holding.isEmpty() && holding.get(0).isExclusive();
    }

    boolean isEmpty() {
        return line.isEmpty() && asking.isEmpty() && holding.isEmpty();
    }

    /**
     * Lets those ask the server that may ask now, and ends the turns of those that do not want to wait. While one
     * that may ask still waits for a connection, it is not known whether somebody holds the key, so no turn is
     * ended before.
     */
    void decide(List<Turn> decided) {
        boolean anybodyAhead = false;
        boolean exclusiveAhead = false;
        for (Iterator<Turn> iterator = line.iterator(); iterator.hasNext(); ) {
            Turn turn = iterator.next();
            boolean exclusive = turn.isExclusive();
            if (!(exclusive ? anybodyAhead : exclusiveAhead) && mayAsk(turn)) {
                iterator.remove();
                asking.add(turn);
                turn.stage = Turn.Stage.ASKING;
                decided.add(turn);
            } else if (turn.waiting) {
                anybodyAhead = true;
                exclusiveAhead |= exclusive;
            } else if (asking.stream().allMatch(other -> other.asked)) {
                iterator.remove();
                turn.stage = Turn.Stage.ENDED;
                decided.add(turn);
            }
        }
    }

    private boolean mayAsk(Turn turn) {
        if (turn.isExclusive()) {
            return asking.isEmpty() && holding.isEmpty();
        }
        return isShared(holding)
                && isShared(asking)
                && !(turn.waiting && asking.stream().anyMatch(t -> t.waiting));
    }

    private static boolean isShared(List<Turn> turns) {
        return turns.stream().noneMatch(Turn::isExclusive);
    }

    /** Returns the first that waits, if the only holder may pass an exclusive lock on to it; null otherwise. */
    @Nullable
    Turn successorOf(Turn holder) {
        if (holder.stage != Turn.Stage.HOLDING || holding.size() != 1 || !asking.isEmpty()) {
            return null;
        }
        for (Turn turn : line) {
            if (turn.waiting) {
                return turn.isExclusive() && turn.request.lease() != Lease.ENFORCED ? turn : null;
            }
        }
        return null;
    }
}
