// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Reads what lockers log during the test. */
abstract class LoggedTest extends LockerTest {

    LockerLog log;

    @BeforeEach
    void listen() {
        log = LockerLog.open();
    }

    @AfterEach
    void listenNoMore() {
        log.close();
    }

    final List<String> logged(String id) {
        return log.messages(id);
    }

    static void assertSays(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "\"" + part + "\" is missing in: " + message);
        }
    }
}
