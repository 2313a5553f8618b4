// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.postgres.session.LockSession;

/** What tests look at behind the handles that users get. */
public final class Insides {

    private Insides() {}

    public static LockSession session(LockHandle handle) {
        return ((PostgresHandle) handle).lock().tenure().session();
    }
}
