// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.hold.Place;
import io.holdfast.lock.postgres.hold.Tenure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One queue for each key that this locker holds or wants, in the order of the requests. An acquisition whose turn has
 * arrived may ask the server. Only one of those that wait may ask at a time, so many acquisitions of one key need one
 * connection. A turn lasts for as long as the lock is held; a holder may pass the lock on to the first that waits. The
 * queues only save connections and round trips: it is the server that excludes.
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
    Turn join(long lockId, LockRequest request, boolean waiting) {
        Turn turn = new Turn(this, lockId, request, waiting);
        change(lockId, queue -> {
            queue.line.add(turn);
            turn.queue = queue;
        });
        return turn;
    }

    /** Whether somebody here holds the lock exclusively, so that a turn that does not wait would end at once. */
    boolean isHeld(long lockId) {
        Queue queue = queues.get(lockId);
        return queue != null && queue.isHeld;
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
            queue.somebodyWaits = !queue.line.isEmpty();
            queue.isHeld = !queue.holding.isEmpty() && queue.holding.get(0).isExclusive();
            return queue.isEmpty() ? null : queue;
        });
        decided.forEach(Turn::completeArrival);
    }

    /**
     * What a turn brings.
     *
     * @param mayAsk whether the server may be asked; otherwise the turn has ended, unless it brings a tenure
     * @param tenure the lock, which is held already, and has to be taken over; null if there is none
     */
    record Arrival(boolean mayAsk, @Nullable Tenure tenure) {
        static final Arrival MAY_ASK = new Arrival(true, null);
        static final Arrival REFUSED = new Arrival(false, null);
    }

    private static final class Queue {

        /** The turns that have not arrived, in the order of the requests. */
        final Deque<Turn> line = new ArrayDeque<>();

        /** The turns of those that ask the server, or are about to. */
        final List<Turn> asking = new ArrayList<>(1);

        /** The turns of those that hold the lock. */
        final List<Turn> holding = new ArrayList<>(1);

        /** Whether the line is not empty, for a look without the lock. */
        volatile boolean somebodyWaits;

        /** Whether somebody holds an exclusive lock, likewise. */
        volatile boolean isHeld;

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
            if (holder.stage != Stage.HOLDING || holding.size() != 1 || !asking.isEmpty()) {
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

    private enum Stage {
        IN_LINE,
        ASKING,
        HOLDING,
        ENDED
    }

    /**
     * A place in the queue of a key, and later the right to ask the server, or to hold the lock. Methods may be called
     * on any thread.
     */
    static final class Turn implements Place {

        private final LocalQueues queues;
        private final long lockId;
        private final LockRequest request;
        private final CompletableFuture<Arrival> arrival = new CompletableFuture<>();

        /** Written once, by {@link #join}. It remains the queue of the key while the turn lasts. */
        private @Nullable Queue queue;

        private boolean waiting;
        private Stage stage = Stage.IN_LINE;
        private boolean asked;
        private volatile boolean refused;

        /** What to do when the turn has ended; a turn that is passed on passes it on, too. */
        private @Nullable Runnable onEnd;

        private Turn(LocalQueues queues, long lockId, LockRequest request, boolean waiting) {
            this.queues = queues;
            this.lockId = lockId;
            this.request = request;
            this.waiting = waiting;
        }

        long lockId() {
            return lockId;
        }

        private boolean isExclusive() {
            return request.mode() == LockMode.EXCLUSIVE;
        }

        /** Completes when the server may be asked, when the turn ends before that, or when the lock is handed over. */
        CompletableFuture<Arrival> arrival() {
            return arrival;
        }

        /** Whether the turn has ended, because others have the key. */
        boolean isRefused() {
            return arrival.getNow(Arrival.MAY_ASK).equals(Arrival.REFUSED);
        }

        /** Whether the server may be asked already. */
        boolean mayAskNow() {
            return arrival.getNow(Arrival.REFUSED).mayAsk();
        }

        private void completeArrival() {
            arrival.complete(stage == Stage.ENDED ? Arrival.REFUSED : Arrival.MAY_ASK);
        }

        /** Stops waiting for others: from now on the turn ends as soon as others are known to have the key. */
        void stopWaiting() {
            queues.change(lockId, queue -> waiting &= stage != Stage.IN_LINE);
        }

        /** To be called when there is a connection, so that the server decides whether the lock is available. */
        void markAsked() {
            queues.change(lockId, queue -> asked = true);
        }

        /** To be called when the server has refused the lock, so that it need not be tried again before a wait. */
        void markRefused() {
            refused = true;
            markAsked();
        }

        boolean wasRefused() {
            return refused;
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

        /** Runs the action when the turn has ended and was not passed on; at once if it has ended. */
        void whenEnded(Runnable action) {
            boolean[] over = {false};
            queues.change(lockId, queue -> {
                over[0] = stage == Stage.ENDED;
                onEnd = over[0] ? null : action;
            });
            if (over[0]) {
                action.run();
            }
        }

        // ---- the successor

        @Override
        public @Nullable LockRequest next() {
            if (!somebodyWaits()) {
                return null;
            }
            LockRequest[] next = {null};
            queues.queues.computeIfPresent(lockId, (id, queue) -> {
                Turn successor = queue.successorOf(this);
                next[0] = successor == null ? null : successor.request;
                return queue;
            });
            return next[0];
        }

        @Override
        public @Nullable Place passOn(boolean withToken) {
            if (!somebodyWaits()) {
                return null;
            }
            Turn[] passedTo = {null};
            queues.change(lockId, queue -> {
                Turn successor = queue.successorOf(this);
                if (successor != null && (withToken || !successor.request.fenced())) {
                    queue.line.remove(successor);
                    queue.holding.set(0, successor);
                    successor.stage = Stage.HOLDING;
                    successor.onEnd = onEnd;
                    stage = Stage.ENDED;
                    onEnd = null;
                    passedTo[0] = successor;
                }
            });
            return passedTo[0];
        }

        private boolean somebodyWaits() {
            return queue != null && queue.somebodyWaits;
        }

        @Override
        public void deliver(Tenure tenure) {
            arrival.complete(new Arrival(false, tenure));
        }

        // ---- the end

        /** Leaves the queue, unless the lock was granted or handed over. */
        void leave() {
            end(false);
        }

        /** Ends the turn at any stage; a second call has no effect. */
        @Override
        public void end() {
            end(true);
        }

        private void end(boolean alsoIfHolding) {
            boolean[] ended = {false};
            Runnable[] action = {null};
            queues.change(lockId, queue -> {
                if (alsoIfHolding || stage != Stage.HOLDING) {
                    queue.line.remove(this);
                    queue.asking.remove(this);
                    queue.holding.remove(this);
                    stage = Stage.ENDED;
                    action[0] = onEnd;
                    onEnd = null;
                    ended[0] = true;
                }
            });
            if (ended[0]) {
                arrival.complete(Arrival.REFUSED);
            }
            if (action[0] != null) {
                action[0].run();
            }
        }
    }
}
