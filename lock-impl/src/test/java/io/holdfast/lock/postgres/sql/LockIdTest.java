// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The published vectors: a holder in another language computes the same numbers. */
class LockIdTest {

    static Stream<Arguments> vectors() {
        return Stream.of(
                Arguments.of(0, "k", -1964703200901900934L),
                Arguments.of(0, " ", -1964642727762349329L),
                Arguments.of(0, "\u0000", -1964607543390246577L),
                Arguments.of(1, "k", -1965591606297306197L),
                Arguments.of(-1, "k", -6034990589370483314L),
                Arguments.of(Integer.MIN_VALUE, "k", 4336278249100314362L),
                Arguments.of(Integer.MAX_VALUE, "k", -5962543329195612402L),
                Arguments.of(7, "order:42", -7118873874016195556L),
                Arguments.of(42, "\u8ba2\u5355:123", 6805314271010407176L),
                Arguments.of(
                        -5,
                        "\u043f\u043e\u043b\u044c\u0437\u043e\u0432\u0430\u0442\u0435\u043b\u044c/7",
                        8013379234264326661L),
                Arguments.of(0, "\u00e9", -3072708414230142511L),
                Arguments.of(0, "e\u0301", 863666464256226575L),
                Arguments.of(0, "a".repeat(1000), -1039838671056847619L));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void shouldMatchPublishedVectors(int namespace, String key, long lockId) {
        assertEquals(lockId, LockId.of(namespace, key));
    }
}
