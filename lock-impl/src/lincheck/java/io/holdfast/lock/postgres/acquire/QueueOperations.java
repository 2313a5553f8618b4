// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.acquire.Turn.Arrival;
import io.holdfast.lock.postgres.acquire.Turn.Outcome;
import io.holdfast.lock.postgres.hold.Place;
import io.holdfast.lock.postgres.hold.Tenure;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What may be done with the queue of one key, by the numbers of the turns. What came of a turn is looked at when nothing else
 * runs, since those whose turn has come hear of it a moment later.
 */
public class QueueOperations {

    static final int TURNS = 6;
    private static final long KEY = 42;

    private static final LockRequest EXCLUSIVE = LockRequest.of("key");
    private static final LockRequest SHARED = EXCLUSIVE.mode(LockMode.SHARED);
    private static final Duration TTL = Duration.ofMinutes(1);
    private static final LockRequest ENFORCED_EXCLUSIVE = EXCLUSIVE.enforcedTtl(TTL);
    private static final LockRequest ENFORCED_SHARED = SHARED.enforcedTtl(TTL);

    private final LocalQueues queues = new LocalQueues();
    private final Turn[] turns = new Turn[TURNS];
    private final boolean[] left = new boolean[TURNS];
    private final boolean[] ended = new boolean[TURNS];

    public void join(int turn, LockMode mode, boolean waiting, boolean enforced) {
        turns[turn] = queues.join(KEY, request(mode, enforced), waiting);
    }

    static LockRequest request(LockMode mode, boolean enforced) {
        if (mode == LockMode.EXCLUSIVE) {
            return enforced ? ENFORCED_EXCLUSIVE : EXCLUSIVE;
        }
        return enforced ? ENFORCED_SHARED : SHARED;
    }

    public void asked(int turn) {
        turns[turn].markAsked();
    }

    public void granted(int turn) {
        turns[turn].markGranted();
    }

    public void stopWaiting(int turn) {
        turns[turn].stopWaiting();
    }

    public boolean next(int turn) {
        return turns[turn].isAwaited() && turns[turn].next() != null;
    }

    public boolean passOn(int turn) {
        Place<Tenure> successor = turns[turn].isAwaited() ? turns[turn].passOn(true) : null;
        if (successor != null) {
            ended[turn] = true;
            successor.deliver(null);
        }
        return successor != null;
    }

    public void leave(int turn) {
        left[turn] = true;
        turns[turn].leave();
    }

    public void end(int turn) {
        ended[turn] = true;
        turns[turn].end();
    }

    public List<String> outcomes() {
        return IntStream.range(0, TURNS).mapToObj(this::outcome).toList();
    }

    private String outcome(int i) {
        if (turns[i] == null) {
            return "-";
        }
        if (ended[i]) {
            return "ended";
        }
        if (!turns[i].arrival().isDone()) {
            return "in line";
        }
        Arrival arrival = turns[i].arrival().join();
        if (arrival.outcome() == Outcome.HANDED_OVER) {
            return "handed";
        }
        return left[i] ? "left" : arrival.outcome() == Outcome.MAY_ASK ? "may ask" : "refused";
    }

    public boolean isEmptyAfterTheEnd() throws ReflectiveOperationException {
        Arrays.stream(turns).filter(turn -> turn != null).forEach(Turn::end);
        return isEmpty(queues);
    }

    static boolean isEmpty(LocalQueues queues) throws ReflectiveOperationException {
        var field = LocalQueues.class.getDeclaredField("queues");
        field.setAccessible(true);
        return ((Map<?, ?>) field.get(queues)).isEmpty();
    }
}
