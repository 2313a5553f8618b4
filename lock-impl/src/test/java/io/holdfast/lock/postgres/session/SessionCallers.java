// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

/** How many callers a session has at the moment. */
public final class SessionCallers {

    private SessionCallers() {}

    public static int of(LockSession session) {
        return session.callers();
    }
}
