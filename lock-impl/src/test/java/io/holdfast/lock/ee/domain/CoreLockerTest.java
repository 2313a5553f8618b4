// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.postgres.config.LockerConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class CoreLockerTest {

    @Test
    void shouldStayStoppedWhateverIsDestroyedLater() {
        CoreLocker locker = new CoreLocker(LockerConfig.DEFAULT, null, List::of);

        locker.close();
        locker.end();
        locker.close();

        IllegalStateException refused = assertThrows(IllegalStateException.class, locker::locker);
        assertTrue(refused.getMessage().startsWith("HOLDFAST-0063"), refused.getMessage());
    }
}
