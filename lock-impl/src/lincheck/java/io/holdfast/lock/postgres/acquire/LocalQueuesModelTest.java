// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.postgres.Mutant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lincheck goes through the interleavings of threads that use the local queue of one key. */
@Timeout(300)
class LocalQueuesModelTest {

    private static final String ATOMIC = "queues.compute(lockId, (id, existing) -> {";
    private static final String IN_TWO_STEPS = "java.util.function.BiConsumer<Long,"
            + " java.util.function.BiFunction<Long, KeyQueue, KeyQueue>> inTwoSteps = (id, after) -> {"
            + " KeyQueue queue = after.apply(id, queues.get(id));"
            + " if (queue == null) { queues.remove(id); } else { queues.put(id, queue); } };"
            + " inTwoSteps.accept(lockId, (id, existing) -> {";

    private static final String UNDER_THE_LOCK = """
                queues.compute(lockId, (id, existing) -> {
                    KeyQueue queue = existing == null ? new KeyQueue() : existing;
                    change.accept(queue);
                    queue.decide(decided);
        """;
    private static final String BY_AN_EARLIER_LOOK = """
                KeyQueue seen = queues.get(lockId);
                boolean nobodyInLine = seen != null && seen.line.isEmpty();
                queues.compute(lockId, (id, existing) -> {
                    KeyQueue queue = existing == null ? new KeyQueue() : existing;
                    int before = queue.line.size();
                    change.accept(queue);
                    if (!nobodyInLine || queue.line.size() > before) {
                        queue.decide(decided);
                    }
        """;

    @Test
    @DisplayName("C5, C7: the queue is linearizable in every interleaving")
    void shouldBeAsIfOneAfterTheOther() {
        new QueueCheck().run();
    }

    @Test
    @DisplayName("C5, C7: the queue is linearizable under load")
    void shouldBeAsIfOneAfterTheOtherUnderLoad() {
        QueueCheck.stress();
    }

    @Test
    @DisplayName("the check finds a queue that looks and changes in two steps")
    void shouldFindQueueThatIsNotAtomic() throws Exception {
        Mutant.of(LocalQueues.class, ATOMIC, IN_TWO_STEPS).assertFound(QueueCheck.class, "Invalid execution results");
    }

    @Test
    @DisplayName(
            "C1, C5, C7: each waiter gets its turn, alone if it is exclusive, and only one at a time asks and waits")
    void shouldLetEverybodyHaveTheirTurn() {
        new QueueClientsCheck().run();
    }

    @Test
    @DisplayName("the check finds a wake-up that is lost because a waiter joined the queue after it was read")
    void shouldFindLostWakeUp() throws Exception {
        Mutant mutant = Mutant.of(LocalQueues.class, UNDER_THE_LOCK, BY_AN_EARLIER_LOOK);

        mutant.assertFound(QueueClientsCheck.class, "The execution has hung");
        mutant.assertFound(QueueCheck.class, "in line");
    }

    @Test
    @DisplayName("the check finds a caller that gives up and thereby ends a turn that was already handed the lock")
    void shouldFindLeaveThatEndsHandedTurn() throws Exception {
        Mutant.of(Turn.class, "if (alsoIfHolding || stage != Stage.HOLDING) {", "if (stage != Stage.ENDED) {")
                .assertFound(QueueCheck.class, "Invalid execution results");
    }

    @Test
    @DisplayName("the check finds a hand-over that overtakes a waiter that must not get the lock by a hand-over")
    void shouldFindHandOverThatOvertakes() throws Exception {
        Mutant.of(
                        KeyQueue.class,
                        "return turn.isExclusive() && turn.request.lease() != Lease.ENFORCED ? turn : null;",
                        "if (turn.isExclusive() && turn.request.lease() != Lease.ENFORCED) { return turn; }")
                .assertFound(QueueCheck.class, "Invalid execution results");
    }
}
