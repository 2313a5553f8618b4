// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class LockExceptionTest {

    @Test
    void shouldHaveTheIdOfItsMessage() {
        LockException failure = new LockUnavailableException("HOLDFAST-0004: lock 'a' was not acquired", null);

        assertEquals(Optional.of("HOLDFAST-0004"), failure.id());
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "no id",
                "HOLDFAST-",
                "HOLDFAST-0004",
                "HOLDFAST-004: too short",
                "HOLDFAST-00044: too long",
                "holdfast-0004: in other letters",
                "somewhere in it, HOLDFAST-0004: is another"
            })
    void shouldHaveNoIdIfItsMessageHasNone(String message) {
        assertEquals(Optional.empty(), new LockNotHeldException(message, null).id());
    }
}
