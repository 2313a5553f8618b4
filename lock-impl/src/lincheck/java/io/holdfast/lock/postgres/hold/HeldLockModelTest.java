// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.postgres.Mutant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lincheck goes through the interleavings of threads that end, refresh, and look at one lock. */
@Timeout(300)
class HeldLockModelTest {

    @Test
    @DisplayName("C10, C14, C16: a lock is linearizable in every interleaving")
    void shouldBeAsIfOneAfterTheOther() {
        new HeldLockCheck().run();
    }

    @Test
    @DisplayName("C10, C14, C16: a lock is linearizable under load")
    void shouldBeAsIfOneAfterTheOtherUnderLoad() {
        new HeldLockCheck().stress();
    }

    @Test
    @DisplayName(
            "C12, C14, C16: a lock ends once and reports that once, even if the server ends the session concurrently")
    void shouldEndOnceWithFailingServer() {
        new HeldLockCheck.WithFailingServer().run();
    }

    @Test
    @DisplayName("the check finds a double release")
    void shouldFindDoubleRelease() throws Exception {
        Mutant.of(
                        LockLife.class,
                        "if (!stage.compareAndSet(Stage.HELD, Stage.RELEASING)) {\n            return false;\n        }",
                        "if (stage.get() != Stage.HELD) { return false; } stage.set(Stage.RELEASING);")
                .assertFound(HeldLockCheck.class, "stage.set(RELEASING)");
    }

    @Test
    @DisplayName("the check finds an end that is not reported because it came before the grant was reported")
    void shouldFindEndThatIsNotTold() throws Exception {
        Mutant.of(HolderEvents.class, "announced = true;\n        reportEnd();", "announced = true;")
                .assertFound(HeldLockCheck.class, "the end is reported once");
    }

    @Test
    @DisplayName("the check finds a loss that overtakes a release")
    void shouldFindLossThatOvertakesRelease() throws Exception {
        Mutant.of(
                        LockLife.class,
                        "return stage.compareAndSet(Stage.HELD, late ? Stage.LAPSED : Stage.LOSING);",
                        "if (stage.get() != Stage.HELD) { return false; } stage.set(Stage.LOSING); return true;")
                .assertFound(HeldLockCheck.class, "stage.set(LOSING)");
    }
}
