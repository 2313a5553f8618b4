// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.postgres.Mutant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lincheck goes through the interleavings of threads that release, pass on and lose one lock. */
@Timeout(300)
class HandOverModelTest {

    @Test
    @DisplayName("C1, C12, C16: a lock is passed on, unlocked or lost, in every interleaving, and reports that once")
    void shouldPassOnUnlockOrLose() {
        new HandOverCheck().run();
    }

    @Test
    @DisplayName("the check finds a lost lock that is passed on")
    void shouldFindLostLockThatIsPassedOn() throws Exception {
        Mutant.of(Occupancy.class, "closed = true;\n        return holder;", "return holder;")
                .assertFound(HandOverCheck.class, "not kept: ");
    }

    @Test
    @DisplayName("the check finds a loss that is not reported, since the lock was on its way to the next holder")
    void shouldFindLossOnTheWay() throws Exception {
        Mutant.of(Occupancy.class, "return !closed;", "return true;").assertFound(HandOverCheck.class, "not kept: ");
    }
}
