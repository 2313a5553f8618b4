// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.postgres.sql.ReadyAcquireStatement.Answer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Tries to acquire several locks on a session that is ready and may hold other locks. The answers are those of a
 * {@link ReadyAcquireStatement} for each of the locks, at the number of the lock. After an error the session may hold
 * any of them.
 *
 * @param mode how the locks exclude others
 * @param lockIds the numbers of the locks
 */
public record AcquireManyStatement(LockMode mode, Collection<Long> lockIds) implements Query<Map<Long, Answer>> {

    private static final String EXCLUSIVE = text(LockMode.EXCLUSIVE);
    private static final String SHARED = text(LockMode.SHARED);

    private static String text(LockMode mode) {
        return "select asked.id, pg_catalog.pg_try_advisory_lock" + Fragments.suffix(mode) + "(asked.id), "
                + Fragments.PID + " from pg_catalog.unnest(?::bigint[]) as asked (id)";
    }

    @Override
    public String text() {
        return mode == LockMode.SHARED ? SHARED : EXCLUSIVE;
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        statement.setString(1, Fragments.array(lockIds));
    }

    @Override
    public Map<Long, Answer> read(ResultSet rows) throws SQLException {
        Map<Long, Answer> answers = new HashMap<>();
        while (rows.next()) {
            answers.put(rows.getLong(1), new Answer(rows.getBoolean(2), rows.getInt(3), Duration.ZERO, null, null));
        }
        return answers;
    }
}
