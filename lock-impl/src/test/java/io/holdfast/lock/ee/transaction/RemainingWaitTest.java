// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockRequest;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RemainingWaitTest {

    @Test
    @DisplayName("C6: a negative wait is refused, even where the lock is reused and not waited for")
    void shouldRefuseNegativeWait() {
        Duration negative = Duration.ofMillis(-7);

        String refused = assertThrows(IllegalArgumentException.class, () -> new RemainingWait(negative))
                .getMessage();

        assertTrue(refused.startsWith("HOLDFAST-0055: waitAtMost"), refused);
        assertEquals(LockRequest.UNLIMITED, new RemainingWait(LockRequest.UNLIMITED).remaining());
    }
}
