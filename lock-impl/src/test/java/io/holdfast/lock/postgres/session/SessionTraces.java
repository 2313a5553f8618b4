// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.postgres.sql.TerminateStatement.Traces;

/** By what a session can be found on the server after it was given up. */
public final class SessionTraces {

    private SessionTraces() {}

    public static Traces of(LockSession session) {
        return session.traces();
    }
}
