// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import io.holdfast.lock.postgres.thread.StackReserve;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;

/** Whether a lock ends once and reports its end once, regardless of who ends it. */
class HeldLockCheck implements Runnable {

    private static final List<String> OF_HOLDER = List.of("release", "release", "close", "refresh", "state", "onLost");
    private static final List<String> OF_OTHERS = List.of("lose", "startEnding", "state");

    private final Random random = new Random(1);

    @Override
    public void run() {
        check(modelChecking(), 12, List.of());
    }

    /**
     * With a server that may end the session at any moment, what a release says is decided later than that it has begun: no
     * order of whole operations explains every answer, so only the promises are checked.
     */
    static final class WithFailingServer extends HeldLockCheck {
        @Override
        public void run() {
            check(
                    modelChecking().verifier(EpsilonVerifier.class),
                    12,
                    List.of("serverEndsSession", "serverEndsSession"));
        }
    }

    final void stress() {
        check(new StressOptions().invocationsPerIteration(1_000), 20, List.of());
    }

    static ModelCheckingOptions modelChecking() {
        ModelCheckingOptions options = new ModelCheckingOptions().invocationsPerIteration(200);
        // What is used by one thread each would hide the interesting steps among its own.
        return options.addGuarantee(forClasses(name -> name.startsWith("java.util.stream.")
                        || name.equals(FakeSession.class.getName())
                        // Its recursion would be taken for a thread that spins.
                        || name.equals(StackReserve.class.getName()))
                .allMethods()
                .ignore());
    }

    final void check(Options<?, ?> options, int scenarios, List<String> more) {
        options.iterations(0).minimizeFailedScenario(false).sequentialSpecification(HeldLockSpecification.class);
        for (int i = 0; i < scenarios / 2; i++) {
            options.addCustomScenario(scenario(2, 3, i % 2 == 0, more));
            options.addCustomScenario(scenario(3, 2, i % 2 == 0, more));
        }
        options.check(HeldLockOperations.class);
    }

    /** The holder has the handle from the beginning, or gets it while others see to the lock already. */
    private ExecutionScenario scenario(int threads, int steps, boolean announced, List<String> more) {
        List<List<Actor>> parallel = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            List<String> possible = new ArrayList<>(OF_OTHERS);
            possible.addAll(more);
            if (announced || thread == 0) {
                possible.addAll(OF_HOLDER);
            }
            List<Actor> actors = new ArrayList<>();
            for (int step = 0; step < steps; step++) {
                boolean first = !announced && thread == 0 && step == 0;
                actors.add(actor(first ? "announce" : possible.get(random.nextInt(possible.size()))));
            }
            parallel.add(actors);
        }
        return new ExecutionScenario(
                announced ? List.of(actor("hold"), actor("announce")) : List.of(actor("hold")),
                parallel,
                List.of(actor("whatBecameOfIt")),
                null);
    }

    private static Actor actor(String name) {
        try {
            return new Actor(HeldLockOperations.class.getMethod(name), List.of());
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
