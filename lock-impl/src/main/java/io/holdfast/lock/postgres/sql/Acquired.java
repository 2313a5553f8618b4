// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.FencingToken;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The server's answer to a statement that acquires a lock or makes a session ready for locks.
 *
 * @param granted whether the lock was granted; null on a standby, which grants nothing
 * @param backend the session that answered
 * @param former the settings of the session as they were; null if the statement does not change them
 * @param token the fencing token; null unless one was requested and the lock was granted
 */
public record Acquired(
        @Nullable Boolean granted,
        Backend backend,
        @Nullable FormerSettings former,
        @Nullable FencingToken token) {

    static Acquired read(ResultSet row, boolean changesSettings) throws SQLException {
        return new Acquired(
                (Boolean) row.getObject(1),
                new Backend(row.getInt(2), row.getLong(3), row.getLong(8)),
                changesSettings ? new FormerSettings(row.getString(4), row.getString(5)) : null,
                token(row.getString(6), row));
    }

    @Nullable
    private static FencingToken token(@Nullable String position, ResultSet row) throws SQLException {
        return position == null
                ? null
                : new FencingToken(Long.parseLong(row.getString(7), 16), Long.parseLong(position));
    }
}
