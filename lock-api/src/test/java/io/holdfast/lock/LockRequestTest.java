// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

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
                () -> assertFalse(REQUEST.releaseAfterTransaction()));
    }

    @Test
    void shouldChangeOneThingAtATime() {
        LockRequest changed = REQUEST.mode(LockMode.SHARED)
                .enforcedTtl(Duration.ofSeconds(30))
                .fenced(true)
                .releaseAfterTransaction(true)
                .name("order");

        assertAll(
                () -> assertEquals("order/42", changed.key()),
                () -> assertEquals("order", changed.name()),
                () -> assertEquals(LockMode.SHARED, changed.mode()),
                () -> assertEquals(Duration.ofSeconds(30), changed.ttl()),
                () -> assertEquals(Lease.ENFORCED, changed.lease()),
                () -> assertTrue(changed.fenced()),
                () -> assertEquals(LockScope.SESSION, changed.scope()),
                () -> assertTrue(changed.releaseAfterTransaction()),
                () -> assertEquals(LockRequest.of("order/42"), REQUEST, "which is as it was"));
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
                () -> assertDoesNotThrow(() -> bound.mode(LockMode.SHARED)));
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
    void shouldLimitLengthOfKeys() {
        assertAll(
                () -> assertDoesNotThrow(() -> LockRequest.of("k".repeat(4096))),
                () -> assertDoesNotThrow(() -> LockRequest.of("\u00e9".repeat(2048))),
                () -> assertDoesNotThrow(() -> LockRequest.of("\ud83d\ude00".repeat(1024))),
                () -> assertThrows(IllegalArgumentException.class, () -> LockRequest.of("k".repeat(4097))),
                () -> assertThrows(IllegalArgumentException.class, () -> LockRequest.of("\u00e9".repeat(2048) + "k")),
                () -> assertThrows(
                        IllegalArgumentException.class, () -> LockRequest.of("\ud83d\ude00".repeat(1024) + "k")));

        String message = assertThrows(IllegalArgumentException.class, () -> LockRequest.of("\u00e9".repeat(1 << 20)))
                .getMessage();

        assertTrue(message.contains("4096 bytes") && message.contains("2097152"), message);
        assertTrue(message.length() < 1000, "not the key in full");
    }

    @Test
    void shouldShowItselfOnOneLine() {
        String shown = LockRequest.of("a\nb").name("c\rd").toString();

        assertTrue(shown.contains("'a\\nb'") && shown.contains("'c\\rd'"), shown);
        assertEquals(1, shown.lines().count());
        assertTrue(LockRequest.of("k".repeat(4096)).toString().length() < 1000);
    }

    @Test
    void shouldShowKeyInRefusalsOnOneLine() {
        LockRequest request = LockRequest.of("a\nb");

        for (Executable refused : List.<Executable>of(
                () -> request.ttl(Duration.ZERO),
                () -> request.enforcedTtl(LockRequest.UNLIMITED),
                () -> request.scope(LockScope.TRANSACTION).fenced(true),
                () -> request.name("\n".repeat(101)))) {
            String message =
                    assertThrows(IllegalArgumentException.class, refused).getMessage();
            assertEquals(1, message.lines().count(), message);
        }
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
    void shouldBeEqualIfAllPartsAre() {
        LockRequest same = LockRequest.of("order/42").mode(LockMode.EXCLUSIVE).ttl(LockRequest.UNLIMITED);
        List<LockRequest> others = List.of(
                LockRequest.of("order/43"),
                REQUEST.name("order"),
                REQUEST.mode(LockMode.SHARED),
                REQUEST.ttl(Duration.ofSeconds(1)),
                REQUEST.enforcedTtl(Duration.ofSeconds(1)),
                REQUEST.fenced(true),
                REQUEST.scope(LockScope.TRANSACTION),
                REQUEST.releaseAfterTransaction(true));

        assertEquals(REQUEST, same);
        assertEquals(REQUEST.hashCode(), same.hashCode());
        assertEquals(others.size(), Set.copyOf(others).size(), "all differ from each other");
        others.forEach(other -> assertNotEquals(REQUEST, other));
        assertNotEquals(REQUEST, null);
    }

    @Test
    void shouldNameKeyAndValueInRefusals() {
        String message = assertThrows(IllegalArgumentException.class, () -> REQUEST.enforcedTtl(LockRequest.UNLIMITED))
                .getMessage();

        assertTrue(message.contains("order/42") && message.contains("UNLIMITED"), message);
    }
}
