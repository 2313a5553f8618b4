// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.postgres.sql.HoldingsQuery.Holdings.Holding;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Asks which locks some sessions hold.
 *
 * @param pids the process ids of the sessions
 */
public record HoldingsQuery(Collection<Integer> pids) implements Query<HoldingsQuery.Holdings> {

    /**
     * The locks that some sessions hold, as one server sees it.
     *
     * @param standby whether that server is a standby, where nobody holds a lock
     * @param serverStart when that server started
     * @param all the locks
     * @param sessionStarts when the sessions began, by the server's clock in microseconds, at their process ids; a
     *     session whose start the role may not see is missing
     */
    public record Holdings(boolean standby, long serverStart, Set<Holding> all, Map<Integer, Long> sessionStarts) {

        /**
         * A lock that a session holds.
         *
         * @param pid the process id of the session
         * @param lockId the number of the lock
         * @param shared whether it is held in shared mode
         */
        record Holding(int pid, long lockId, boolean shared) {}

        public boolean contains(int pid, long lockId, LockMode mode) {
            return all.contains(new Holding(pid, lockId, mode == LockMode.SHARED));
        }
    }

    /**
     * The rows are the server, the locks and the sessions, without joins: the server knows too little about the number
     * of locks, and would join them by nested loops. With "is true" it looks for each process id in a hash table. The
     * sessions are read after the locks, so that a session that still has its start then had these locks before.
     */
    private static final String TEXT = "with asked as materialized (select pg_catalog.unnest(?::int[]) as pid)"
            + " select pg_catalog.pg_is_in_recovery(), " + Fragments.SERVER_START
            + ", null::int, null::bigint, null::boolean, null::bigint"
            + " union all select null, null, l.pid, " + Fragments.LOCK_ID
            + ", l.mode operator(pg_catalog.=) 'ShareLock', null from pg_catalog.pg_locks l"
            + " where l.granted and (l.pid operator(pg_catalog.=) any (select pid from asked)) is true and "
            + Fragments.IS_LOCK_OF_THIS_DATABASE
            + " union all select null, null, a.pid, null, null, " + Fragments.micros("a.backend_start")
            + " from pg_catalog.pg_stat_get_activity(null) a"
            + " where (a.pid operator(pg_catalog.=) any (select pid from asked)) is true";

    @Override
    public String text() {
        return TEXT;
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        statement.setString(1, Fragments.array(pids));
    }

    @Override
    public Holdings read(ResultSet rows) throws SQLException {
        boolean standby = false;
        long serverStart = 0;
        Set<Holding> all = new HashSet<>();
        Map<Integer, Long> sessionStarts = new HashMap<>();
        while (rows.next()) {
            int pid = rows.getInt(3);
            if (rows.wasNull()) {
                standby = rows.getBoolean(1);
                serverStart = rows.getLong(2);
                continue;
            }
            long lockId = rows.getLong(4);
            if (!rows.wasNull()) {
                all.add(new Holding(pid, lockId, rows.getBoolean(5)));
                continue;
            }
            long sessionStart = rows.getLong(6);
            if (!rows.wasNull()) {
                sessionStarts.put(pid, sessionStart);
            }
        }
        return new Holdings(standby, serverStart, all, sessionStarts);
    }
}
