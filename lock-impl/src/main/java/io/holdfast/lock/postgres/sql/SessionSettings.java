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

    /** How many variants {@link #columns} has. */
    static final int VARIANTS = 3;

    private static final int HEARTBEAT = 0;
    private static final int ENFORCED = 1;
    private static final int NO_LEASE = 2;

    private static final String TIME_AND_REST = " operator(pg_catalog.||)"
            + " pg_catalog.to_hex(extract(epoch from pg_catalog.clock_timestamp())::bigint)"
            + " operator(pg_catalog.||) ?, false)";

    /** Has two parameters: what precedes the time of the grant, and what follows it. */
    static final String SHOW_NAME = "pg_catalog.set_config('application_name', ?" + TIME_AND_REST;

    /**
     * Has three parameters: how much room the former name has, what follows it up to the time of the grant, and the
     * rest.
     */
    private static final String SET_NAME =
            "pg_catalog.set_config('application_name', pg_catalog.left(name, ?) operator(pg_catalog.||) ?"
                    + TIME_AND_REST;

    /**
     * Whether the server ends the session when the locker is silent.
     *
     * @return whether the lease is the locker's heartbeat
     */
    public boolean isHeartbeat() {
        return !enforced && !lease.isZero();
    }

    /** Which variant of {@link #columns} these settings need. */
    int variant() {
        return enforced ? ENFORCED : lease.isZero() ? NO_LEASE : HEARTBEAT;
    }

    /**
     * Two columns that set the lease and the name if the column {@code granted} is true. Without a lease a timeout is
     * switched off only where one is set, since setting one costs time.
     */
    static String columns(int variant) {
        String condition = switch (variant) {
            case ENFORCED -> "";
            case NO_LEASE -> " and idle_timeout operator(pg_catalog.<>) '" + FormerSettings.NO_TIMEOUT + "'";
            default -> " and idle_timeout is not null";
        };
        return ", case when granted" + condition + " then " + Fragments.SET_IDLE_TIMEOUT
                + " end, case when granted then " + SET_NAME + " end";
    }

    /**
     * Returns what has to be restored on a session with these settings.
     *
     * @param former the settings as they were
     * @return the same, without a timeout that these settings have not changed
     */
    public FormerSettings toRestore(FormerSettings former) {
        return variant() == NO_LEASE && FormerSettings.NO_TIMEOUT.equals(former.idleTimeout())
                ? new FormerSettings(null, former.applicationName())
                : former;
    }

    /** Sets the four parameters of {@link #columns}. */
    void bind(PreparedStatement statement, int first) throws SQLException {
        statement.setString(first, Long.toString(lease.toMillis()));
        statement.setInt(first + 1, name.roomForFormerName());
        statement.setString(first + 2, name.before());
        statement.setString(first + 3, name.after());
    }
}
