// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.sql.SQLException;

/** Decides which session a lock lives on. The methods block on JDBC and are called on keeper threads only. */
interface SessionAllocation {

    /** A session for one more lock. Does nothing but to wait for a connection, so that it may be interrupted. */
    LockSession allocate() throws SQLException;

    /** Takes back a session that is proven to hold no lock of the caller's. */
    void giveBack(LockSession session);
}
