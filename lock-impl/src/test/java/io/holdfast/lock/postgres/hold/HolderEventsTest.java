// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.testkit.RecordingListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HolderEventsTest {

    private final RecordingListener listener = new RecordingListener();
    private final HolderEvents events = events(listener);

    private static HolderEvents events(LockListener listener) {
        LockAttempt attempt = new LockAttempt(LockRequest.of("key"), LockRequest.IMMEDIATE, 0, 1);
        return new HolderEvents(attempt, new Listeners(List.of(listener)), () -> null);
    }

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

    @Test
    @DisplayName("a release that is repeated while a listener hangs is reported once")
    void shouldReportReleaseOnce() {
        List<String> reported = new ArrayList<>();
        HolderEvents events = events(new LockListener() {
            @Override
            public void releaseBegan(LockAttempt attempt, LockHandle handle) {
                reported.add("releaseBegan");
            }
        });
        events.acquired(null, Duration.ZERO);

        events.releaseBegan();
        events.releaseBegan();

        assertEquals(List.of("releaseBegan"), reported);
    }
}
