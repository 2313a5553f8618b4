// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.postgres.sql.Backend;
import io.holdfast.lock.postgres.sql.Query;
import java.sql.SQLException;

/** Sends statements to one session. */
interface Asker {

    /** Asks the server. Blocks on JDBC. */
    <T> T ask(Query<T> query) throws SQLException;

    /** Which backend answers. */
    Backend backend();

    /**
     * The statement that unlocks a lock, if this session has it, and leaves the locks of every other session alone. The
     * answer is whether the session held the lock.
     */
    Query<Boolean> toUnlock(LockMode mode, long lockId);
}
