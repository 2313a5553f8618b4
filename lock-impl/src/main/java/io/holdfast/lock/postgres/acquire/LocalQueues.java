// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockMode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * One queue for each key that this locker holds or wants, in the order of the requests. An acquisition whose turn has
 * arrived may ask the server. Only one of those that wait may ask at a time, so many acquisitions of one key need one
 * connection. A turn lasts for as long as the lock is held. The queues only save connections and round trips: it is the
 * server that excludes.
 *
 * <p>All state of a queue, and of its turns, is guarded by the map's lock on its entry.
 */
public final class LocalQueues {

    private final ConcurrentHashMap<Long, Queue> queues = new ConcurrentHashMap<>();

    /**
     * Joins the queue of a key.
     *
     * @param waiting whether to wait for others; otherwise the turn ends as soon as others are known to have the key
     */
    Turn join(long lockId, LockMode mode, boolean waiting) {
        Turn turn = new Turn(this, lockId, mode, waiting);
        change(lockId, queue -> queue.line.add(turn));
        return turn;
    }

    /**
     * Changes a queue. The arrivals are completed after the entry is unlocked, since they run code of other classes.
     */
    private void change(long lockId, Consumer<Queue> change) {
        List<Turn> decided = new ArrayList<>(1);
        queues.compute(lockId, (id, existing) -> {
            Queue queue = existing == null ? new Queue() : existing;
            change.accept(queue);
            queue.decide(decided);
            return queue.isEmpty() ? null : queue;
        });
        decided.forEach(Turn::completeArrival);
    }

    private static final class Queue {

        /** The turns that have not arrived, in the order of the requests. */
        final Deque<Turn> line = new ArrayDeque<>();

        /** The turns of those that ask the server, or are about to. */
        final List<Turn> asking = new ArrayList<>();

        /** The turns of those that hold the lock. */
        final List<Turn> holding = new ArrayList<>();

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
                boolean exclusive = turn.mode == LockMode.EXCLUSIVE;
                if (!(exclusive ? anybodyAhead : exclusiveAhead) && mayAsk(turn)) {
                    iterator.remove();
                    asking.add(turn);
                    turn.stage = Stage.ASKING;
                    decided.add(turn);
                } else if (turn.waiting) {
                    anybodyAhead = true;
                    exclusiveAhead |= exclusive;
                } else if (asking.stream().allMatch(other -> other.asked)) {
                    iterator.remove();
                    turn.stage = Stage.ENDED;
                    decided.add(turn);
                }
            }
        }

        private boolean mayAsk(Turn turn) {
            if (turn.mode == LockMode.EXCLUSIVE) {
                return asking.isEmpty() && holding.isEmpty();
            }
            return isShared(holding)
                    && isShared(asking)
                    && !(turn.waiting && asking.stream().anyMatch(t -> t.waiting));
        }

        private static boolean isShared(List<Turn> turns) {
            return turns.stream().allMatch(turn -> turn.mode == LockMode.SHARED);
        }
    }

    private enum Stage {
        IN_LINE,
        ASKING,
        HOLDING,
        ENDED
    }

    /** A place in the queue of a key, and later the right to ask the server. Methods may be called on any thread. */
    static final class Turn {

        private final LocalQueues queues;
        private final long lockId;
        private final LockMode mode;
        private final CompletableFuture<Boolean> arrival = new CompletableFuture<>();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();

        private boolean waiting;
        private Stage stage = Stage.IN_LINE;
        private boolean asked;

        private Turn(LocalQueues queues, long lockId, LockMode mode, boolean waiting) {
            this.queues = queues;
            this.lockId = lockId;
            this.mode = mode;
            this.waiting = waiting;
        }

        long lockId() {
            return lockId;
        }

        /** Completes with true when the server may be asked, and with false when the turn ends before that. */
        CompletableFuture<Boolean> arrival() {
            return arrival;
        }

        /** Runs the action when the turn has ended. */
        void whenEnded(Runnable action) {
            ended.thenRun(action);
        }

        private void completeArrival() {
            arrival.complete(stage != Stage.ENDED);
        }

        /** Stops waiting for others: from now on the turn ends as soon as others are known to have the key. */
        void stopWaiting() {
            queues.change(lockId, queue -> waiting &= stage != Stage.IN_LINE);
        }

        /** To be called when there is a connection, so that the server decides whether the lock is available. */
        void markAsked() {
            queues.change(lockId, queue -> asked = true);
        }

        /** To be called when the server has granted the lock. */
        void markGranted() {
            queues.change(lockId, queue -> {
                if (queue.asking.remove(this)) {
                    stage = Stage.HOLDING;
                    queue.holding.add(this);
                }
            });
        }

        /** Leaves the line, unless the turn has arrived already. */
        void leave() {
            boolean[] left = {false};
            queues.change(lockId, queue -> {
                left[0] = queue.line.remove(this);
                stage = left[0] ? Stage.ENDED : stage;
            });
            if (left[0]) {
                arrival.complete(false);
            }
        }

        /** Ends the turn at any stage; a second call has no effect. */
        void end() {
            queues.change(lockId, queue -> {
                queue.line.remove(this);
                queue.asking.remove(this);
                queue.holding.remove(this);
                stage = Stage.ENDED;
            });
            arrival.complete(false);
            ended.complete(null);
        }
    }
}
