// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.postgres.acquire.Turn.Arrival;
import io.holdfast.lock.postgres.acquire.Turn.Outcome;
import io.holdfast.lock.postgres.hold.Place;
import io.holdfast.lock.postgres.hold.Tenure;
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
        Turn turn = join(mode, waiting);
        Arrival arrival = turn.arrival().join();
        if (arrival.outcome() == Outcome.HANDED_OVER) {
            passOnOrEnd(turn, mode);
        } else if (arrival.outcome() == Outcome.MAY_ASK) {
            ask(turn, mode, waiting);
        } else {
            turn.end();
        }
    }

    /** The caller does not want to wait any longer. If it is handed the lock at that moment, the former holder ends the turn. */
    public void giveUp(LockMode mode) {
        Turn turn = join(mode, true);
        turn.arrival().thenAccept(arrival -> {
            if (arrival.outcome() == Outcome.HANDED_OVER) {
                passOnOrEnd(turn, mode);
            }
        });
        turn.leave();
        turn.leave();
    }

    private Turn join(LockMode mode, boolean waiting) {
        return queues.join(KEY, QueueOperations.request(mode, false), waiting);
    }

    private void ask(Turn turn, LockMode mode, boolean waiting) {
        active(mode).incrementAndGet();
        require(exclusive.get() == 0 || exclusive.get() + shared.get() == 1, "an exclusive turn is alone");
        require(!waiting || waitingAskers.incrementAndGet() == 1, "one connection waits at the server");
        turn.markAsked();
        if (waiting) {
            waitingAskers.decrementAndGet();
        }
        turn.markGranted();
        passOnOrEnd(turn, mode);
    }

    private AtomicInteger active(LockMode mode) {
        return mode == LockMode.EXCLUSIVE ? exclusive : shared;
    }

    /** As a holder does. The lock stays active until it is passed on to nobody. */
    private void passOnOrEnd(Turn turn, LockMode mode) {
        Place<Tenure> successor = mode == LockMode.EXCLUSIVE && turn.isAwaited() ? turn.passOn(true) : null;
        if (successor == null) {
            active(mode).decrementAndGet();
            turn.end();
        } else {
            successor.deliver(null);
        }
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
