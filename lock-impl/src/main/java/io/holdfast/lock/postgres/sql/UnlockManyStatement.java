// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.LockMode;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Unlocks several locks of a session that keeps its settings. The answers are those of an {@link UnlockStatement} for
 * each of the locks, at the number of the lock.
 *
 * @param mode the mode in which the locks were acquired
 * @param lockIds the numbers of the locks
 * @param pid the process id of the session that acquired them
 */
public record UnlockManyStatement(LockMode mode, Collection<Long> lockIds, int pid)
        implements Query<Map<Long, Boolean>> {

    private static final String EXCLUSIVE = text(LockMode.EXCLUSIVE);
    private static final String SHARED = text(LockMode.SHARED);

    private static String text(LockMode mode) {
        return "with this as materialized (select " + Fragments.PID + " operator(pg_catalog.=) ? as one)"
                + " select asked.id, case when one then pg_catalog.pg_advisory_unlock" + Fragments.suffix(mode)
                + "(asked.id) else false end from this, pg_catalog.unnest(?::bigint[]) as asked (id)";
    }

    @Override
    public String text() {
        return mode == LockMode.SHARED ? SHARED : EXCLUSIVE;
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        statement.setInt(1, pid);
        statement.setString(2, Fragments.array(lockIds));
    }

    @Override
    public Map<Long, Boolean> read(ResultSet rows) throws SQLException {
        Map<Long, Boolean> answers = new HashMap<>();
        while (rows.next()) {
            answers.put(rows.getLong(1), rows.getBoolean(2));
        }
        return answers;
    }
}
