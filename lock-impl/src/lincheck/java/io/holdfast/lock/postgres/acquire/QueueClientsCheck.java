// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockMode;
import java.util.List;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;

/** Whether every thread that waits for its turn gets it, and none beside another that it must not meet. */
final class QueueClientsCheck implements Runnable {

    private static final Actor EXCLUSIVE = hold(LockMode.EXCLUSIVE, true);
    private static final Actor SHARED = hold(LockMode.SHARED, true);
    private static final Actor TRY_EXCLUSIVE = hold(LockMode.EXCLUSIVE, false);
    private static final Actor TRY_SHARED = hold(LockMode.SHARED, false);
    private static final Actor GIVE_UP = actor("giveUp", LockMode.EXCLUSIVE);

    private static final List<List<List<Actor>>> SCENARIOS = List.of(
            List.of(List.of(EXCLUSIVE, EXCLUSIVE), List.of(EXCLUSIVE, EXCLUSIVE)),
            List.of(List.of(EXCLUSIVE), List.of(EXCLUSIVE), List.of(EXCLUSIVE)),
            List.of(List.of(SHARED), List.of(SHARED), List.of(EXCLUSIVE)),
            List.of(List.of(EXCLUSIVE), List.of(GIVE_UP), List.of(SHARED)),
            List.of(List.of(EXCLUSIVE), List.of(GIVE_UP), List.of(EXCLUSIVE)),
            List.of(List.of(SHARED), List.of(GIVE_UP), List.of(SHARED)),
            List.of(List.of(TRY_EXCLUSIVE), List.of(EXCLUSIVE), List.of(TRY_SHARED)),
            List.of(List.of(TRY_SHARED), List.of(TRY_EXCLUSIVE), List.of(SHARED)));

    @Override
    public void run() {
        ModelCheckingOptions options = QueueCheck.modelChecking()
                .iterations(0)
                .minimizeFailedScenario(false)
                .verifier(EpsilonVerifier.class);
        SCENARIOS.forEach(
                parallel -> options.addCustomScenario(new ExecutionScenario(List.of(), parallel, List.of(), null)));
        options.check(QueueClients.class);
    }

    private static Actor hold(LockMode mode, boolean waiting) {
        return actor("hold", mode, waiting);
    }

    private static Actor actor(String name, Object... arguments) {
        return QueueScenarios.actor(QueueClients.class, name, arguments);
    }
}
