// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockHandle;

/** What tests look at behind the handles that users get. */
final class Insides {

    private Insides() {}

    static LockSession session(LockHandle handle) {
        return ((PostgresHandle) handle).lock().tenure().session();
    }
}
