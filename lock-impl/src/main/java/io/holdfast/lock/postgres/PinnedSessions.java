// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.sql.SQLException;

/** One session, so one connection, for each lock. */
record PinnedSessions(ConnectionSource source) implements SessionAllocation {

    @Override
    public LockSession allocate() throws SQLException {
        return new LockSession(source.open());
    }

    @Override
    public void giveBack(LockSession session) {
        session.unpin();
    }
}
