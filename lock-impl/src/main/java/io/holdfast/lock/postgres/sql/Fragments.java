// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.LockMode;
import java.time.Duration;
import java.util.Collection;
import java.util.stream.Collectors;

/** Pieces of text and of parameters that several statements have in common. */
final class Fragments {

    /** The process id of the session. */
    static final String PID = "pg_catalog.pg_backend_pid()";

    /** When the server started. */
    static final String SERVER_START = micros("pg_catalog.pg_postmaster_start_time()");

    /** The timeline as eight hexadecimal digits; an error on a standby. */
    static final String TIMELINE =
            "pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8)";

    /** The lock id of a row of pg_locks, which is called l. */
    static final String LOCK_ID =
            "((l.classid::bigint operator(pg_catalog.<<) 32) operator(pg_catalog.|) l.objid::bigint)";

    /** Whether a row of pg_locks, which is called l, is an advisory lock with one 64-bit number in this database. */
    static final String IS_LOCK_OF_THIS_DATABASE =
            "l.locktype operator(pg_catalog.=) 'advisory' and l.objsubid operator(pg_catalog.=) 1"
                    + " and l.database operator(pg_catalog.=) (select oid from pg_catalog.pg_database"
                    + " where datname operator(pg_catalog.=) pg_catalog.current_database())";

    /** A query for when the server started, called started, and the number of the database, called oid. */
    static final String DATABASE = "select " + SERVER_START + " as started, oid::bigint from pg_catalog.pg_database"
            + " where datname operator(pg_catalog.=) pg_catalog.current_database()";

    /** Has one parameter: milliseconds as text, where zero switches the timeout off. */
    static final String SET_IDLE_TIMEOUT = "pg_catalog.set_config('idle_session_timeout', ?, false)";

    private Fragments() {}

    /**
     * A time as whole microseconds. Floating point would be rounded by extra_float_digits when it is sent as text, but
     * not in the binary form that the driver switches to.
     */
    static String micros(String time) {
        return "(extract(epoch from " + time + ") operator(pg_catalog.*) 1000000)::bigint";
    }

    /** What follows the name of an advisory lock function for this mode. */
    static String suffix(LockMode mode) {
        return mode == LockMode.SHARED ? "_shared" : "";
    }

    /** The text form of an array. */
    static String array(Collection<? extends Number> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    /** A timeout as the server's settings have it; at least 1, since zero would switch it off. */
    static String millis(Duration duration) {
        return Long.toString(Math.max(1, duration.toMillis()));
    }
}
