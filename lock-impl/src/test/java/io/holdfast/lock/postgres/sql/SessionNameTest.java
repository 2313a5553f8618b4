// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.postgres.sql.SessionName.Published;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionNameTest {

    private static final long SECONDS = 1_800_000_000;

    @ParameterizedTest
    @CsvSource({
        "0, node1, orders/1",
        "2147483647, '', a/key/of/25/characters/12",
        "-2147483648, an application name that is longer than the server permits, k",
        "-2147483648, an application name that is longer than the server permits, a/key/of/24/characters/1",
        "0, an application name that is longer than the server permits, a/key/of/34/characters/12345678901"
    })
    @DisplayName("the name with a time that is known on this side can be read, and is not too long for the server")
    void shouldBeReadable(int namespace, String former, String key) {
        String name = SessionName.of(namespace, key).at(former, SECONDS);

        assertTrue(name.length() <= 63, name);
        assertEquals(
                new Published(namespace, Instant.ofEpochSecond(SECONDS), key),
                SessionName.parse(name).orElseThrow());
        assertTrue(former.startsWith(SessionName.former(name)), name);
    }
}
