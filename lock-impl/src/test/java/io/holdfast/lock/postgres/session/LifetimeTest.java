// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LifetimeTest {

    private static final Duration HEARTBEAT = Duration.ofMinutes(10);

    private static long ago(Duration span) {
        return System.nanoTime() - span.toNanos();
    }

    @Test
    @DisplayName("C19: this side counts from the sending, and ends at most a second before the server")
    void shouldEndBeforeTheServerDoes() {
        assertFalse(new Lifetime(HEARTBEAT, ago(HEARTBEAT.minusSeconds(5))).hasEnded());
        assertTrue(new Lifetime(HEARTBEAT, ago(HEARTBEAT.minusMillis(900))).hasEnded());
        assertTrue(new Lifetime(Duration.ofSeconds(2), ago(Duration.ofMillis(1_900))).hasEnded());
    }

    @Test
    @DisplayName(
            "C14: an answer that comes after the end is not believed, since somebody may have seen the lock as lost")
    void shouldNotBelieveLateAnswers() {
        Lifetime ended = new Lifetime(HEARTBEAT, ago(HEARTBEAT));

        assertFalse(ended.prolong(ago(HEARTBEAT.dividedBy(2))));

        assertTrue(ended.hasEnded());
    }

    @Test
    @DisplayName("an answer in time prolongs; a sign of life is due after a third")
    void shouldBeProlonged() {
        Lifetime lifetime = new Lifetime(HEARTBEAT, ago(HEARTBEAT.dividedBy(2)));
        assertTrue(lifetime.isTouchDue());

        assertTrue(lifetime.prolong(System.nanoTime()));

        assertFalse(lifetime.isTouchDue());
        assertFalse(lifetime.hasEnded());
    }
}
