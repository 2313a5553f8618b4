// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockInfo;
import io.holdfast.lock.LockMode;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocksJsonTest {

    @Test
    @DisplayName("the operations endpoint hides keys that are not published")
    void shouldTellWhatIsPublished() {
        List<LockInfo> locks = List.of(new LockInfo(
                Long.MIN_VALUE,
                "a\"\\\n",
                List.of(new LockInfo.Session(7, null, LockMode.SHARED, "app", "", null, Instant.EPOCH)),
                List.of()));
        String rest = ",\"holders\":[{\"pid\":7,\"mode\":\"SHARED\",\"user\":\"app\",\"applicationName\":\"\","
                + "\"address\":null,\"since\":\"1970-01-01T00:00:00Z\"}],\"waiters\":[]}]}";
        String start = "{\"locks\":[{\"lockId\":\"-9223372036854775808\",\"key\":";

        assertEquals(start + "\"a\\u0022\\u005c\\u000a\"" + rest, LocksJson.of(locks, true));
        assertEquals(start + "null" + rest, LocksJson.of(locks, false));
    }

    @ParameterizedTest
    @CsvSource({
        "PostgreSQL JDBC Driver holdfast/0/6b0b8586/patient/Jane Doe, PostgreSQL JDBC Driver",
        "holdfast/-7/6b0b8586/patient/Jane Doe, ''",
        "node1 holdfast/0/shared/6b0b8586, node1",
        "node1 holdfast/0/later version/patient/Jane Doe, node1",
        "holdfaster, holdfaster",
        "'', ''"
    })
    @DisplayName(
            "the operations endpoint hides keys in the application names of others, too, if they are not to be published")
    void shouldHideKeysThatOthersPublish(String name, String left) {
        LockInfo.Session session = new LockInfo.Session(7, null, LockMode.SHARED, "app", name, null, null);

        for (LockInfo lock : List.of(
                new LockInfo(1, "patient/Jane Doe", List.of(session), List.of()),
                new LockInfo(1, "patient/Jane Doe", List.of(), List.of(session)))) {
            assertTrue(LocksJson.of(List.of(lock), true).contains("\"applicationName\":\"" + name + "\""));
            String hidden = LocksJson.of(List.of(lock), false);
            assertTrue(hidden.contains("\"applicationName\":\"" + left + "\""), hidden);
            assertFalse(hidden.contains("Jane Doe"), hidden);
        }
    }
}
