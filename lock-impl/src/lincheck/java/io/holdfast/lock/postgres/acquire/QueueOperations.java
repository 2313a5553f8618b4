// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.postgres.acquire.LocalQueues.Turn;
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

    private final LocalQueues queues = new LocalQueues();
    private final Turn[] turns = new Turn[TURNS];
    private final boolean[] ended = new boolean[TURNS];

    public void join(int turn, LockMode mode, boolean waiting) {
        turns[turn] = queues.join(KEY, mode, waiting);
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

    public void leave(int turn) {
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
        return turns[i].arrival().isDone() ? turns[i].arrival().join().toString() : "in line";
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
