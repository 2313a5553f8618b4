// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Several locks that were acquired together: see {@link Locker#acquireAll}. They end together, too, in the reverse order.
 *
 * @param all the handles, in the order of their lock ids, which is the order in which they were acquired
 */
public record LockHandles(List<LockHandle> all) implements AutoCloseable {

    /**
     * Copies the list.
     *
     * @param all the handles
     */
    public LockHandles {
        all = List.copyOf(all);
    }

    /** How one of several locks is acquired; empty says that somebody else holds it. */
    @FunctionalInterface
    interface Acquiring {
        Optional<LockHandle> acquire(LockRequest request) throws InterruptedException;
    }

    /** All or nothing. */
    static Optional<LockHandles> acquire(Locker locker, Collection<LockRequest> requests, Acquiring acquiring)
            throws InterruptedException {
        List<LockHandle> acquired = new ArrayList<>();
        boolean complete = false;
        try {
            for (LockRequest request : inOrder(locker, requests)) {
                Optional<LockHandle> handle = acquiring.acquire(request);
                if (handle.isEmpty()) {
                    return Optional.empty();
                }
                acquired.add(handle.get());
            }
            complete = true;
        } finally {
            if (!complete) {
                new LockHandles(acquired).close();
            }
        }
        return Optional.of(new LockHandles(acquired));
    }

    /** By lock id, so that all callers take them in one order and no two wait for each other. */
    private static List<LockRequest> inOrder(Locker locker, Collection<LockRequest> requests) {
        List<LockRequest> ordered = requests.stream()
                .sorted(Comparator.comparingLong(request -> locker.lockId(request.key())))
                .toList();
        for (int i = 1; i < ordered.size(); i++) {
            String before = ordered.get(i - 1).key();
            String key = ordered.get(i).key();
            if (locker.lockId(before) == locker.lockId(key)) {
                throw new IllegalArgumentException(
                        "the keys " + KeyText.of(before) + " and " + KeyText.of(key, locker.lockId(key))
                                + " are the same lock, which cannot be acquired twice at once");
            }
        }
        return ordered;
    }

    /**
     * Whether every lock counts as held.
     *
     * @return whether {@link LockHandle#isHeld()} is true for all
     */
    public boolean isHeld() {
        return all.stream().allMatch(LockHandle::isHeld);
    }

    /**
     * Proves on the server that every lock is still held, and starts their ttl anew. Blocks for a round trip each.
     *
     * @param ttl the ttl from now on; see {@link LockHandle#refresh}
     * @throws LockNotHeldException if one is released, lapsed or lost; those after it were not asked for
     * @throws LockUnavailableException if the server could not be asked
     * @throws IllegalArgumentException if the ttl is out of range
     */
    public void refresh(Duration ttl) {
        all.forEach(handle -> handle.refresh(ttl));
    }

    /**
     * Gives every lock back, whatever became of the others; blocks for a round trip each.
     *
     * @throws LockNotHeldException if one had ended before; further ones are suppressed in it
     */
    public void release() {
        endAll(LockHandle::release);
    }

    /** As {@link #release()}, but silent. */
    @Override
    public void close() {
        endAll(LockHandle::close);
    }

    private void endAll(Consumer<LockHandle> end) {
        RuntimeException first = null;
        for (int i = all.size() - 1; i >= 0; i--) {
            try {
                end.accept(all.get(i));
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
