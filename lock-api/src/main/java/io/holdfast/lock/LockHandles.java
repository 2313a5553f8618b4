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
 * Several locks that were acquired together by {@link Locker#acquireAll} or {@link Locker#tryAcquireAll}. They end
 * together, too, in the reverse order.
 *
 * @param all the handles in the order of their lock ids, which is the order in which the locks were acquired
 * @since 0.1.0
 */
public record LockHandles(List<LockHandle> all) implements AutoCloseable {

    /**
     * Creates an object for a copy of the list.
     *
     * @param all the handles
     */
    public LockHandles {
        all = List.copyOf(all);
    }

    /** Acquires one of several locks. The result is empty if another caller holds it. */
    @FunctionalInterface
    interface Acquiring {
        Optional<LockHandle> acquire(LockRequest request) throws InterruptedException;
    }

    /** Acquires all locks, or none. */
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

    /** Sorts by lock id, so that all callers acquire in the same order and no two of them wait for each other. */
    private static List<LockRequest> inOrder(Locker locker, Collection<LockRequest> requests) {
        List<LockRequest> ordered = requests.stream()
                .sorted(Comparator.comparingLong(request -> locker.lockId(request.key())))
                .toList();
        for (int i = 1; i < ordered.size(); i++) {
            String before = ordered.get(i - 1).key();
            String key = ordered.get(i).key();
            if (locker.lockId(before) == locker.lockId(key)) {
                throw new IllegalArgumentException("the keys " + KeyText.of(before) + " and "
                        + KeyText.of(key, locker.lockId(key)) + " are the same lock, which cannot be acquired twice");
            }
        }
        return ordered;
    }

    /**
     * Returns whether every lock counts as held. Does not ask the server.
     *
     * @return whether {@link LockHandle#isHeld()} is true for all locks
     */
    public boolean isHeld() {
        return all.stream().allMatch(LockHandle::isHeld);
    }

    /**
     * Proves on the server that every lock is still held, and starts their ttl again. Blocks for one round trip for
     * each lock.
     *
     * @param ttl the ttl from now on; see {@link LockHandle#refresh} for its range
     * @throws LockNotHeldException if a lock is released, lapsed or lost; the locks after it have not been asked for
     * @throws LockUnavailableException if the server could not be asked or did not answer
     * @throws IllegalArgumentException if the ttl is out of range
     */
    public void refresh(Duration ttl) {
        all.forEach(handle -> handle.refresh(ttl));
    }

    /**
     * Releases every lock, whatever happens to the others. Blocks for one round trip for each lock.
     *
     * @throws LockNotHeldException if a lock had ended before; if several had, the exceptions of the others are
     *     suppressed in it
     */
    public void release() {
        endAll(LockHandle::release);
    }

    /** Releases every lock like {@link #release()}, but throws no {@link LockNotHeldException}. */
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
