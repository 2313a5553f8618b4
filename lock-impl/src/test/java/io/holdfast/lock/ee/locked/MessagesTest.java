// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What users read of locked methods. */
class MessagesTest {

    @Test
    void shouldNameBothKeysOfTheSameLock() {
        String message = Messages.sameLock("order/1", "bill/2", 7).getMessage();

        assertTrue(message.contains("the keys 'order/1' and 'bill/2' (lock id 7) are the same lock"), message);
    }
}
