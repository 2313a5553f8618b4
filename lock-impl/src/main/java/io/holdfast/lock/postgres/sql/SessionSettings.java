// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;

/**
 * What a session is set to while it holds a lock.
 *
 * @param lease after how long a silence the server ends the session; zero for never
 * @param enforced whether the lease is an enforced ttl, which must be set: on a server without such a timeout the
 *     statement fails; otherwise the lease is the locker's heartbeat, which such a server ignores
 * @param name what the session shows of the lock in its application name
 */
public record SessionSettings(Duration lease, boolean enforced, SessionName name) {

    /**
     * Has three parameters: how much room the former name has, what follows it up to the time of the grant, and the
     * rest.
     */
    private static final String SET_NAME =
            "pg_catalog.set_config('application_name', pg_catalog.left(name, ?) operator(pg_catalog.||) ?"
                    + " operator(pg_catalog.||)"
                    + " pg_catalog.to_hex(extract(epoch from pg_catalog.clock_timestamp())::bigint)"
                    + " operator(pg_catalog.||) ?, false)";

    /**
     * Whether the server ends the session when the locker is silent.
     *
     * @return whether the lease is the locker's heartbeat
     */
    public boolean isHeartbeat() {
        return !enforced && !lease.isZero();
    }

    /** Two columns that set the lease and the name if the column {@code granted} is true. */
    static String columns(boolean enforced) {
        return ", case when granted" + (enforced ? "" : " and idle_timeout is not null") + " then "
                + Fragments.SET_IDLE_TIMEOUT + " end, case when granted then " + SET_NAME + " end";
    }

    /** Sets the four parameters of {@link #columns}. */
    void bind(PreparedStatement statement, int first) throws SQLException {
        statement.setString(first, Long.toString(lease.toMillis()));
        statement.setInt(first + 1, name.roomForFormerName());
        statement.setString(first + 2, name.before());
        statement.setString(first + 3, name.after());
    }
}
