// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import java.sql.Connection;

/** Sessions over connections that no pool has. */
public final class OpenSession {

    private OpenSession() {}

    public static LockSession on(Connection connection) {
        return new LockSession(connection, gone -> {});
    }
}
