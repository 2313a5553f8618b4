// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.postgres.acquire.LocalQueues.Turn;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Validate;

/** Threads that wait for their turn with a key as callers do, and see who else has it. A lost wake-up leaves them waiting. */
public class QueueClients {

    private static final long KEY = 42;

    private final LocalQueues queues = new LocalQueues();
    private final AtomicInteger exclusive = new AtomicInteger();
    private final AtomicInteger shared = new AtomicInteger();
    private final AtomicInteger waitingAskers = new AtomicInteger();
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();

    public void hold(LockMode mode, boolean waiting) {
        Turn turn = queues.join(KEY, mode, waiting);
        if (turn.arrival().join()) {
            use(turn, mode, waiting);
        }
        turn.end();
    }

    /** The caller does not want to wait any longer, at whatever moment. */
    public void giveUp(LockMode mode) {
        Turn turn = queues.join(KEY, mode, true);
        turn.leave();
        turn.end();
        turn.end();
    }

    private void use(Turn turn, LockMode mode, boolean waiting) {
        AtomicInteger mine = mode == LockMode.EXCLUSIVE ? exclusive : shared;
        mine.incrementAndGet();
        require(exclusive.get() == 0 || exclusive.get() + shared.get() == 1, "an exclusive turn is alone");
        require(!waiting || waitingAskers.incrementAndGet() == 1, "one connection waits at the server");
        turn.markAsked();
        if (waiting) {
            waitingAskers.decrementAndGet();
        }
        turn.markGranted();
        mine.decrementAndGet();
    }

    private void require(boolean promise, String what) {
        if (!promise) {
            broken.add(what);
        }
    }

    @Validate
    public void requirePromisesKept() throws ReflectiveOperationException {
        require(QueueOperations.isEmpty(queues), "nothing is left");
        if (!broken.isEmpty()) {
            throw new IllegalStateException("not kept: " + broken);
        }
    }
}
