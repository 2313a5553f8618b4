// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GroupsTest {

    private final Groups<String, Integer> groups = new Groups<>();

    @Test
    @DisplayName("values are found by what they have in common, and no others with them")
    void shouldFindGroup() {
        IntStream.range(0, 6).forEach(i -> groups.add(i % 2 == 0 ? "even" : "odd", i));

        assertEquals(List.of(0, 2, 4), groups.of("even"));
        groups.remove("even", 2);
        groups.remove("odd", 2);
        assertEquals(List.of(0, 4), groups.of("even"));
        assertEquals(List.of(1, 3, 5), groups.of("odd"));
        assertEquals(List.of(), groups.of("none"));
        assertEquals(5, groups.all().stream().mapToInt(List::size).sum());
    }

    @Test
    @DisplayName("nothing is kept of a group without values")
    void shouldForgetEmptyGroup() {
        groups.add("a", 1);
        groups.add("a", 2);
        groups.remove("a", 1);
        groups.remove("a", 3);
        assertFalse(groups.isEmpty());

        groups.remove("a", 2);
        groups.remove("a", 2);

        assertTrue(groups.isEmpty());
    }
}
