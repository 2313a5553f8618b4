// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;

/** Whether a lock is passed on, unlocked or lost, each holder is notified, and a lost lock has no next holder. */
final class HandOverCheck implements Runnable {

    private static final Actor LOSE = actor("lose");
    private static final Actor KILL = actor("serverEndsSession");

    private static final List<List<List<Actor>>> SCENARIOS = List.of(
            List.of(List.of(release(0)), List.of(LOSE)),
            List.of(List.of(release(0)), List.of(ending(0), release(1))),
            List.of(List.of(release(0), release(1)), List.of(KILL, LOSE)),
            List.of(List.of(release(0)), List.of(release(1)), List.of(LOSE)));

    /** Parts of the locker that do not decide who has the lock; their steps would hide those of the parts that do. */
    private static final List<String> DECIDE_NOTHING = List.of(
            "io.holdfast.lock.postgres.session.",
            "io.holdfast.lock.postgres.connection.",
            "io.holdfast.lock.postgres.config.",
            "io.holdfast.lock.postgres.sql.",
            "io.holdfast.lock.message.",
            "io.holdfast.lock.testkit.",
            "io.holdfast.lock.postgres.thread.Deadline",
            // Its recursion would be taken for a thread that spins.
            "io.holdfast.lock.postgres.thread.StackReserve",
            "io.holdfast.lock.postgres.thread.WallClock",
            "io.holdfast.lock.postgres.thread.WorkQueue",
            HolderEvents.class.getName(),
            AbandonedHandles.class.getName(),
            Ttl.class.getName(),
            "java.util.concurrent.ConcurrentHashMap");

    @Override
    public void run() {
        ModelCheckingOptions options = HeldLockCheck.modelChecking()
                .invocationsPerIteration(1_000)
                .addGuarantee(forClasses(name -> DECIDE_NOTHING.stream().anyMatch(name::startsWith))
                        .allMethods()
                        .ignore())
                .iterations(0)
                .minimizeFailedScenario(false)
                .verifier(EpsilonVerifier.class);
        SCENARIOS.forEach(parallel -> options.addCustomScenario(
                new ExecutionScenario(List.of(actor("hold")), parallel, List.of(actor("endAll")), null)));
        options.check(HandOverOperations.class);
    }

    private static Actor release(int number) {
        return actor("release", number);
    }

    private static Actor ending(int number) {
        return actor("startEnding", number);
    }

    private static Actor actor(String name, Object... arguments) {
        return new Actor(
                Arrays.stream(HandOverOperations.class.getDeclaredMethods())
                        .filter(method -> method.getName().equals(name))
                        .findFirst()
                        .orElseThrow(),
                new ArrayList<>(List.of(arguments)));
    }
}
