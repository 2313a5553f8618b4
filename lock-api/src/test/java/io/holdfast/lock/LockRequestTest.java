// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LockRequestTest {

    private static final LockRequest REQUEST = LockRequest.of("order/42");

    @Test
    void shouldStartWithDefaults() {
        assertAll(
                () -> assertEquals("order/42", REQUEST.key()),
                () -> assertEquals(LockMode.EXCLUSIVE, REQUEST.mode()),
                () -> assertEquals(LockRequest.UNLIMITED, REQUEST.ttl()),
                () -> assertEquals(Lease.ADVISORY, REQUEST.lease()),
                () -> assertFalse(REQUEST.fenced()),
                () -> assertEquals(LockScope.SESSION, REQUEST.scope()),
                () -> assertFalse(REQUEST.releaseAfterTransaction()),
                () -> assertNull(REQUEST.waitAtMost(), "as the locker's configuration says"));
    }

    @Test
    void shouldChangeOneThingAtATime() {
        LockRequest changed = REQUEST.mode(LockMode.SHARED)
                .enforcedTtl(Duration.ofSeconds(30))
                .waitAtMost(Duration.ofSeconds(5))
                .fenced(true)
                .releaseAfterTransaction(true)
                .name("order");

        assertEquals(
                new LockRequest(
                        "order/42",
                        "order",
                        LockMode.SHARED,
                        Duration.ofSeconds(30),
                        Lease.ENFORCED,
                        Duration.ofSeconds(5),
                        true,
                        LockScope.SESSION,
                        true),
                changed);
        assertEquals(Lease.ADVISORY, changed.ttl(Duration.ofSeconds(1)).lease());
        assertTrue(changed.ttl(Duration.ofSeconds(1)).fenced());
    }

    @Test
    void shouldNameLocks() {
        assertEquals(LockRequest.UNNAMED, REQUEST.name());
        assertThrows(IllegalArgumentException.class, () -> REQUEST.name(" "));
        assertThrows(IllegalArgumentException.class, () -> REQUEST.name("n".repeat(101)));
        assertThrows(NullPointerException.class, () -> REQUEST.name(null));
    }

    @Test
    void shouldRefuseTtlAndTokenOfTransactionScope() {
        LockRequest bound = REQUEST.scope(LockScope.TRANSACTION);

        assertAll(
                () -> assertThrows(IllegalArgumentException.class, () -> bound.ttl(Duration.ofSeconds(1))),
                () -> assertThrows(IllegalArgumentException.class, () -> bound.fenced(true)),
                () -> assertThrows(
                        IllegalArgumentException.class,
                        () -> REQUEST.ttl(Duration.ofSeconds(1)).scope(LockScope.TRANSACTION)),
                () -> assertDoesNotThrow(() -> bound.mode(LockMode.SHARED).waitAtMost(Duration.ofSeconds(1))));
    }

    @Test
    void shouldRefuseUnusableKeys() {
        assertAll(
                () -> assertThrows(NullPointerException.class, () -> LockRequest.of(null)),
                () -> assertThrows(IllegalArgumentException.class, () -> LockRequest.of("")),
                () -> assertThrows(IllegalArgumentException.class, () -> LockRequest.of("a\ud800b")),
                () -> assertThrows(IllegalArgumentException.class, () -> LockRequest.of("\udc00")),
                () -> assertDoesNotThrow(() -> LockRequest.of("\ud83d\ude00")),
                () -> assertDoesNotThrow(() -> LockRequest.of("\u0000")),
                () -> assertDoesNotThrow(() -> LockRequest.of(" ")));
    }

    @Test
    void shouldRefuseTtlOutOfRange() {
        Duration longestEnforced = Duration.ofMillis(Integer.MAX_VALUE);
        assertAll(
                () -> assertThrows(IllegalArgumentException.class, () -> REQUEST.ttl(Duration.ZERO)),
                () -> assertThrows(IllegalArgumentException.class, () -> REQUEST.ttl(Duration.ofSeconds(-1))),
                () -> assertThrows(IllegalArgumentException.class, () -> REQUEST.ttl(Duration.ofNanos(999_999))),
                () -> assertDoesNotThrow(() -> REQUEST.ttl(Duration.ofMillis(1))),
                () -> assertDoesNotThrow(() -> REQUEST.ttl(LockRequest.UNLIMITED)),
                () -> assertDoesNotThrow(() -> REQUEST.enforcedTtl(longestEnforced)),
                () -> assertThrows(
                        IllegalArgumentException.class, () -> REQUEST.enforcedTtl(longestEnforced.plusMillis(1))));
    }

    @Test
    void shouldRefuseNegativeWait() {
        assertAll(
                () -> assertThrows(IllegalArgumentException.class, () -> REQUEST.waitAtMost(Duration.ofMillis(-1))),
                () -> assertThrows(NullPointerException.class, () -> REQUEST.waitAtMost((Duration) null)),
                () -> assertDoesNotThrow(() -> REQUEST.waitAtMost(LockRequest.IMMEDIATE)),
                () -> assertDoesNotThrow(() -> REQUEST.waitAtMost(LockRequest.UNLIMITED)));
    }

    @Test
    void shouldNameKeyAndValueInRefusals() {
        String message = assertThrows(IllegalArgumentException.class, () -> REQUEST.enforcedTtl(LockRequest.UNLIMITED))
                .getMessage();

        assertTrue(message.contains("order/42") && message.contains("UNLIMITED"), message);
    }
}
