// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.testkit.RecordingListener;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HolderEventsTest {

    private final RecordingListener listener = new RecordingListener();
    private final HolderEvents events = new HolderEvents(
            new LockAttempt(LockRequest.of("key"), LockRequest.IMMEDIATE, 0, 1),
            new Listeners(List.of(listener)),
            () -> null);

    @Test
    @DisplayName("C12: a lock that becomes suspect before its holder has it is reported as suspect afterwards")
    void shouldReportNothingBeforeTheGrant() {
        events.suspected(true);
        events.releaseBegan();
        assertEquals(List.of(), listener.take());

        events.acquired(null, Duration.ZERO);
        events.suspected(true);
        events.suspected(true);

        assertEquals(List.of("acquired", "suspected"), listener.take());
    }
}
