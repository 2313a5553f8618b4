// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * One queue for each key that this locker holds or wants, in the order of the requests. An acquisition whose turn has
 * arrived may ask the server. Only one of those that wait may ask at a time, so many acquisitions of one key need one
 * connection. A turn lasts for as long as the lock is held; a holder may pass the lock on to the first that waits. The
 * queues only save connections and round trips: it is the server that excludes.
 *
 * <p>All state of a queue, and of its turns, is guarded by the map's lock on its entry, except as the methods of
 * {@link Turn} say.
 */
public final class LocalQueues {

    private final ConcurrentHashMap<Long, KeyQueue> queues = new ConcurrentHashMap<>();

    /**
     * Joins the queue of a key.
     *
     * @param waiting whether to wait for others; otherwise the turn ends as soon as others are known to have the key
     */
    Turn join(long lockId, LockRequest request, boolean waiting) {
        Turn turn = new Turn(change -> change(lockId, change), lockId, request, waiting);
        change(lockId, queue -> {
            queue.line.add(turn);
            turn.queue = queue;
        });
        return turn;
    }

    /** Whether somebody here holds the lock exclusively, so that a turn that does not wait would end at once. */
    boolean isHeld(long lockId) {
        KeyQueue queue = queues.get(lockId);
        return queue != null && queue.isHeld;
    }

    /**
     * Changes a queue. The arrivals are completed after the entry is unlocked, since they run code of other classes.
     */
    private void change(long lockId, Consumer<KeyQueue> change) {
        List<Turn> decided = new ArrayList<>(0);
        queues.compute(lockId, (id, existing) -> {
            KeyQueue queue = existing == null ? new KeyQueue() : existing;
            change.accept(queue);
            queue.decide(decided);
            queue.noteForLooks();
            return queue.isEmpty() ? null : queue;
        });
        decided.forEach(Turn::completeArrival);
    }
}
