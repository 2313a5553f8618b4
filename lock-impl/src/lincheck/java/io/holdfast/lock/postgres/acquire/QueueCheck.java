// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;

/** Whether threads that use the queue of one key leave it as if they had come one after the other. */
final class QueueCheck implements Runnable {

    @Override
    public void run() {
        check(modelChecking(), 16);
    }

    static ModelCheckingOptions modelChecking() {
        ModelCheckingOptions options = new ModelCheckingOptions().invocationsPerIteration(300);
        // What is used by one thread each would hide the interesting steps among its own.
        return options.addGuarantee(forClasses(name -> name.startsWith("java.util.stream."))
                .allMethods()
                .ignore());
    }

    static void stress() {
        check(new StressOptions().invocationsPerIteration(1_000), 20);
    }

    private static void check(Options<?, ?> options, int scenarios) {
        options.iterations(0).minimizeFailedScenario(false).sequentialSpecification(QueueSpecification.class);
        options.addCustomScenario(QueueScenarios.handOver());
        QueueScenarios some = new QueueScenarios();
        some.some(scenarios / 2, 2, 3).forEach(options::addCustomScenario);
        some.some(scenarios / 2, 3, 2).forEach(options::addCustomScenario);
        options.check(QueueOperations.class);
    }
}
