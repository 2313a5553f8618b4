// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.event.LockAcquired;
import io.holdfast.lock.event.LockContended;
import io.holdfast.lock.event.LockLost;
import io.holdfast.lock.event.LockReleased;
import io.holdfast.lock.spi.LockAttempt;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keys in what is made to be logged. */
class ShownKeysTest {

    private static final String KEY = "a\nb";
    private static final String SHOWN = "'a\\nb'";

    @Test
    void shouldShowKeysOnOneLine() {
        LockInfo.Session session = new LockInfo.Session(1, null, LockMode.SHARED, "me", KEY, null, null);

        for (Object each : List.of(
                new LockAcquired(KEY, "n", LockMode.SHARED, Duration.ZERO),
                new LockContended(KEY, "n", LockMode.SHARED, Duration.ZERO, true),
                new LockReleased(KEY, "n", LockMode.SHARED, Duration.ZERO),
                new LockLost(KEY, "n", LockMode.SHARED, Duration.ZERO),
                new LockAttempt(LockRequest.of(KEY), Duration.ZERO, 0, 7),
                new LockInfo(7, KEY, List.of(), List.of()),
                new LockInfo(7, null, List.of(session), List.of()))) {
            String text = each.toString();
            assertTrue(text.contains(SHOWN), text);
            assertEquals(1, text.lines().count(), text);
        }
        assertEquals(
                "LockContended[key='a\\nb', name='n', mode=SHARED, waited=PT0S, timedOut=true]",
                new LockContended(KEY, "n", LockMode.SHARED, Duration.ZERO, true).toString());
    }
}
