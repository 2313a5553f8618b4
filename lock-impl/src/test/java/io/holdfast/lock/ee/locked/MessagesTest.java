// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What users read of locked methods. */
class MessagesTest {

    @Test
    void shouldNameBothKeysOfTheSameLock() {
        String message = Messages.sameLock("order/1", "bill/2", 7).getMessage();

        assertTrue(message.contains("the keys 'order/1' and 'bill/2' (lock id 7) are the same lock"), message);
    }

    @Test
    void shouldNameTheKeyAndTheKeysOfTheThread() {
        String others =
                Messages.notLocked("order/1\n", List.of("order/2", "a\tb")).getMessage();
        String none = Messages.notLocked("order/1", List.of()).getMessage();

        assertTrue(others.contains("has lock 'order/1\\n': it has 'order/2', 'a\\tb'."), others);
        assertTrue(none.contains("has lock 'order/1': it is in no @Locked method."), none);
    }
}
