// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockMode;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;

/** Random scenarios, always the same ones: some stand in line, then all threads act on all turns, then one looks. */
final class QueueScenarios {

    private static final int MOST_FIRST = 3;
    private static final String[] STEPS = {
        "asked", "granted", "stopWaiting", "leave", "passOn", "passOn", "next", "end", "end"
    };

    private final Random random = new Random(1);

    List<ExecutionScenario> some(int number, int threads, int stepsPerThread) {
        List<ExecutionScenario> scenarios = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            List<Integer> first =
                    IntStream.rangeClosed(0, i % MOST_FIRST).boxed().toList();
            List<List<Actor>> parallel = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                parallel.add(steps(first, MOST_FIRST + thread, stepsPerThread));
            }
            List<Actor> last = List.of(actor("outcomes"), actor("isEmptyAfterTheEnd"));
            scenarios.add(new ExecutionScenario(beginning(first), parallel, last, null));
        }
        return scenarios;
    }

    /** One hands the lock over at the moment at which the next in line gives up, while another waits behind. */
    static ExecutionScenario handOver() {
        List<Actor> first = List.of(
                actor("join", 0, LockMode.EXCLUSIVE, true, false),
                actor("join", 1, LockMode.EXCLUSIVE, true, false),
                actor("join", 2, LockMode.EXCLUSIVE, true, false),
                actor("asked", 0),
                actor("granted", 0));
        List<List<Actor>> parallel = List.of(List.of(actor("passOn", 0)), List.of(actor("leave", 1)));
        return new ExecutionScenario(first, parallel, List.of(actor("outcomes"), actor("isEmptyAfterTheEnd")), null);
    }

    private List<Actor> beginning(List<Integer> turns) {
        List<Actor> actors = new ArrayList<>();
        turns.forEach(turn -> actors.add(join(turn)));
        if (random.nextInt(4) > 0) {
            actors.add(actor("asked", 0));
            if (random.nextInt(3) > 0) {
                actors.add(actor("granted", 0));
            }
        }
        return actors;
    }

    /** A turn that the thread begins is nobody else's. */
    private List<Actor> steps(List<Integer> first, int ownTurn, int number) {
        List<Actor> actors = new ArrayList<>();
        List<Integer> turns = new ArrayList<>(first);
        turns.add(0);
        for (int i = 0; i < number; i++) {
            if (!turns.contains(ownTurn) && random.nextInt(3) == 0) {
                actors.add(join(ownTurn));
                turns.add(ownTurn);
            } else {
                actors.add(actor(STEPS[random.nextInt(STEPS.length)], turns.get(random.nextInt(turns.size()))));
            }
        }
        return actors;
    }

    private Actor join(int turn) {
        LockMode mode = random.nextInt(3) > 0 ? LockMode.EXCLUSIVE : LockMode.SHARED;
        return actor("join", turn, mode, random.nextInt(3) > 0, random.nextInt(5) == 0);
    }

    private static Actor actor(String name, Object... arguments) {
        return actor(QueueOperations.class, name, arguments);
    }

    static Actor actor(Class<?> operations, String name, Object... arguments) {
        Method method = Arrays.stream(operations.getDeclaredMethods())
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow();
        return new Actor(method, List.of(arguments));
    }
}
