// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.postgres.sql.HoldingsQuery.Holdings.Holding;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
     */
    public record Holdings(boolean standby, long serverStart, Set<Holding> all) {

        /**
         * A lock that a session holds.
         *
         * @param pid the process id of the session
         * @param lockId the number of the lock
         * @param shared whether it is held in shared mode
         * @param sessionStart when the session began, by the server's clock in microseconds; null if the role may not
         *     see it
         */
        public record Holding(
                int pid,
                long lockId,
                boolean shared,
                @Nullable Long sessionStart) {}
    }

    private static final String TEXT = "select pg_catalog.pg_is_in_recovery(), " + Fragments.SERVER_START + ", l.pid, "
            + Fragments.LOCK_ID + ", l.mode operator(pg_catalog.=) 'ShareLock', " + Fragments.micros("a.backend_start")
            + " from (select) as one left join (pg_catalog.pg_locks l"
            + " left join pg_catalog.pg_stat_get_activity(null) a on a.pid operator(pg_catalog.=) l.pid)"
            + " on l.granted and l.pid operator(pg_catalog.=) any(?::int[]) and " + Fragments.IS_LOCK_OF_THIS_DATABASE;

    @Override
    public String text() {
        return TEXT;
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        statement.setString(1, Fragments.array(pids));
    }

    /** There is at least one row; its columns of a lock are null if there is no lock. */
    @Override
    public Holdings read(ResultSet rows) throws SQLException {
        rows.next();
        boolean standby = rows.getBoolean(1);
        long serverStart = rows.getLong(2);
        Set<Holding> all = new HashSet<>();
        do {
            if (rows.getObject(3) != null) {
                all.add(new Holding(rows.getInt(3), rows.getLong(4), rows.getBoolean(5), (Long) rows.getObject(6)));
            }
        } while (rows.next());
        return new Holdings(standby, serverStart, all);
    }
}
