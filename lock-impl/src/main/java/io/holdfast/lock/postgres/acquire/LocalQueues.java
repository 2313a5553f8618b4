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
 * One queue for each key that this locker holds or wants, first come first served. Whoever has its turn may ask the server;
 * of those that wait there is one at a time, so many that want one key cost one connection. A turn lasts for as long as the
 * lock is held. This spares connections and round trips only: exclusion is the server's.
 *
 * <p>All state of a queue, and of its turns, is guarded by the map's lock on its entry.
 */
public final class LocalQueues {

    private final ConcurrentHashMap<Long, Queue> queues = new ConcurrentHashMap<>();

    /**
     * Stands in line for a key.
     *
     * @param waiting whether to wait for others, or to be refused as soon as it is known that there are others
     */
    Turn join(long lockId, LockMode mode, boolean waiting) {
        Turn turn = new Turn(this, lockId, mode, waiting);
        change(lockId, queue -> queue.line.add(turn));
        return turn;
    }

    /** Nobody is told while the entry is locked, since what they do then is not ours to know. */
    private void change(long lockId, Consumer<Queue> change) {
        List<Turn> decided = new ArrayList<>(1);
        queues.compute(lockId, (id, existing) -> {
            Queue queue = existing == null ? new Queue() : existing;
            change.accept(queue);
            queue.decide(decided);
            return queue.isEmpty() ? null : queue;
        });
        decided.forEach(Turn::tell);
    }

    private static final class Queue {

        /** Those that have not had their turn, in the order in which they came. */
        final Deque<Turn> line = new ArrayDeque<>();

        /** Those that ask the server, or are about to. */
        final List<Turn> asking = new ArrayList<>();

        final List<Turn> holding = new ArrayList<>();

        boolean isEmpty() {
            return line.isEmpty() && asking.isEmpty() && holding.isEmpty();
        }

        /**
         * Whether somebody holds the key is not known for as long as one whose turn it is waits for a connection; those that
         * do not want to wait are not refused before that.
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

    /** A place in the queue of a key, and later the right to ask the server for it. Methods may be called on any thread. */
    static final class Turn {

        private final LocalQueues queues;
        private final long lockId;
        private final LockMode mode;
        private final CompletableFuture<Boolean> come = new CompletableFuture<>();
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

        /** Completes with whether the server may be asked; false says that others hold the key or want it. */
        CompletableFuture<Boolean> come() {
            return come;
        }

        /** Runs the action when the turn has ended. */
        void whenEnded(Runnable action) {
            ended.thenRun(action);
        }

        private void tell() {
            come.complete(stage != Stage.ENDED);
        }

        /** Is refused from now on, as soon as it is known that there are others. */
        void stopWaiting() {
            queues.change(lockId, queue -> waiting &= stage != Stage.IN_LINE);
        }

        /** There is a connection, so whether the lock can be had is now the server's word. */
        void asked() {
            queues.change(lockId, queue -> asked = true);
        }

        /** The server granted the lock. */
        void granted() {
            queues.change(lockId, queue -> {
                if (queue.asking.remove(this)) {
                    stage = Stage.HOLDING;
                    queue.holding.add(this);
                }
            });
        }

        /** Leaves the line, unless the turn has come already. */
        void leave() {
            boolean[] left = {false};
            queues.change(lockId, queue -> {
                left[0] = queue.line.remove(this);
                stage = left[0] ? Stage.ENDED : stage;
            });
            if (left[0]) {
                come.complete(false);
            }
        }

        /** Ends the turn at whatever stage; a second call does nothing. */
        void end() {
            queues.change(lockId, queue -> {
                queue.line.remove(this);
                queue.asking.remove(this);
                queue.holding.remove(this);
                stage = Stage.ENDED;
            });
            come.complete(false);
            ended.complete(null);
        }
    }
}
