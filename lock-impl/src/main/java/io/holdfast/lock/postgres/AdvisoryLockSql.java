// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockMode;

/**
 * Every statement of the lock. The order of evaluation inside a statement rests on materialized common table expressions
 * and CASE, which PostgreSQL guarantees; not on the order of a select list.
 *
 * <p>Functions, relations, types and operators are qualified: a role that may create objects in a schema of the search path could
 * otherwise plant some that are chosen instead, and run with the rights of the lock's role.
 *
 * @see <a href="https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS">PostgreSQL manual,
 *     "Advisory Lock Functions"</a>
 */
final class AdvisoryLockSql {

    /** Frees whatever the session holds. */
    static final String UNLOCK_ALL = "select pg_catalog.pg_advisory_unlock_all()";

    /** Ends this session; answers with an error. */
    static final String TERMINATE_SELF = "select pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())";

    /** Row: whether this server is a standby. */
    static final String IS_STANDBY = "select pg_catalog.pg_is_in_recovery()";

    /** Row: the session's process id. */
    static final String BACKEND_PID = "select pg_catalog.pg_backend_pid()";

    /**
     * Times are sent as whole microseconds: floating point would be rounded by extra_float_digits as text, but not in the binary
     * form that the driver changes to.
     */
    private static String micros(String time) {
        return "(extract(epoch from " + time + ") operator(pg_catalog.*) 1000000)::bigint";
    }

    private static final String SERVER_START = micros("pg_catalog.pg_postmaster_start_time()");

    private static final String TIMELINE =
            "pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8)";

    private static final String LOCK_ID =
            "((l.classid::bigint operator(pg_catalog.<<) 32) operator(pg_catalog.|) l.objid::bigint)";

    /** Of rows of pg_locks, called l. */
    private static final String IS_SESSION_LOCK_HERE =
            "l.locktype operator(pg_catalog.=) 'advisory' and l.objsubid operator(pg_catalog.=) 1 and l.database operator(pg_catalog.=)"
                    + " (select oid from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database())";

    /**
     * Parameters: process id; lock ids, as an array; start of the session, or null if it is not known, twice; start of its server,
     * likewise. Row: when this server started, and how many sessions were ended: one, if it is the same server, and that process
     * holds one of these locks or waits for it.
     */
    static final String TERMINATE = "select " + SERVER_START
            + ", (select pg_catalog.count(pg_catalog.pg_terminate_backend(found.pid)) from (select distinct l.pid from pg_catalog.pg_locks l"
            + " left join pg_catalog.pg_stat_get_activity(null) a on a.pid operator(pg_catalog.=) l.pid"
            + " where l.pid operator(pg_catalog.=) ? and " + LOCK_ID + " operator(pg_catalog.=) any(?::bigint[])"
            + " and (a.backend_start is null or ?::bigint is null or " + micros("a.backend_start")
            + " operator(pg_catalog.=) ?::bigint) and (?::bigint is null or " + SERVER_START
            + " operator(pg_catalog.=) ?::bigint) and " + IS_SESSION_LOCK_HERE + ") as found)";

    /**
     * Row: the identifier that a cluster shares with its standbys and copies only, and the timeline, which rises with every
     * promotion. Not for a standby. Not every role may ask for the first.
     */
    static final String SERVER_IDENTITY =
            "select system_identifier, " + TIMELINE + " from pg_catalog.pg_control_system()";

    // ---- what the check at the start needs besides

    /** Parameter: lock id. Row: whether it was granted. */
    static final String TRY = "select pg_catalog.pg_try_advisory_lock(?)";

    /** Parameter: lock id. Row: whether it was granted, until the end of the transaction. */
    static final String TRY_IN_TRANSACTION = "select pg_catalog.pg_try_advisory_xact_lock(?)";

    /** Parameter: lock id. Row: whether the session held it. */
    static final String UNLOCK = "select pg_catalog.pg_advisory_unlock(?)";

    /**
     * Parameter: process ids, as an array. At least one row: whether this is a standby, when the server started; and of each
     * lock, if there is one: process id, lock id, whether shared, start of the session.
     */
    static final String HOLDINGS = "select pg_catalog.pg_is_in_recovery(), " + SERVER_START + ", l.pid, " + LOCK_ID
            + ", l.mode operator(pg_catalog.=) 'ShareLock', " + micros("a.backend_start")
            + " from (select) as one left join (pg_catalog.pg_locks l left join pg_catalog.pg_stat_get_activity(null) a on a.pid operator(pg_catalog.=) l.pid)"
            + " on l.granted and l.pid operator(pg_catalog.=) any(?::int[]) and " + IS_SESSION_LOCK_HERE;

    private static final String ISO = ", 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";

    /** Parameters: lock id, or null for all, twice. Rows: everything that is known of who holds or wants a lock. */
    static final String LOCKS = "select l.pid, " + LOCK_ID + " as lock_id, l.granted,"
            + " l.mode operator(pg_catalog.=) 'ShareLock' as shared, a.usename, a.application_name, pg_catalog.host(a.client_addr) as client_addr,"
            + " pg_catalog.to_char(a.backend_start at time zone 'UTC'" + ISO + " as started_at,"
            // A row as JSON, since the column is not there before PostgreSQL 14.
            + " pg_catalog.to_char((pg_catalog.to_jsonb(l) operator(pg_catalog.->>) 'waitstart')::timestamp with time zone at time zone 'UTC'"
            + ISO + " as waiting_since"
            + " from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid operator(pg_catalog.=) l.pid"
            + " where " + IS_SESSION_LOCK_HERE + " and (?::bigint is null or " + LOCK_ID + " operator(pg_catalog.=) ?)";

    /**
     * Parameters: process id; start of the session in ISO 8601, or null if it may not be seen, twice; lock id. A row if there was
     * such a session, which held the lock or waited for it.
     */
    static final String TERMINATE_SHOWN =
            "select pg_catalog.pg_terminate_backend(a.pid) from pg_catalog.pg_stat_activity a"
                    + " where a.pid operator(pg_catalog.=) ? and (?::pg_catalog.text is null or a.backend_start operator(pg_catalog.=) ?::timestamp with time zone)"
                    + " and exists (select from pg_catalog.pg_locks l where l.pid operator(pg_catalog.=) a.pid and "
                    + LOCK_ID
                    + " operator(pg_catalog.=) ? and " + IS_SESSION_LOCK_HERE + ")";

    /**
     * What stands before a wait, in the same round trip, and is in force until that ends: switches limits off that would end
     * the session, or the wait and with it the place in the queue, and makes the server look whether the client is still there, which it does not do by itself while a statement waits. It has to be a statement of its own,
     * since the server looks at the setting when a statement begins. The look is not known before PostgreSQL 14, and is
     * refused by other systems than Linux.
     */
    private static final String BEFORE_WAIT =
            "select pg_catalog.set_config('statement_timeout', '0', true), case when pg_catalog.current_setting('transaction_timeout', true) is not null then"
                    + " pg_catalog.set_config('transaction_timeout', '0', true) end, case when pg_catalog.version() operator(pg_catalog.~~) '%linux%' then"
                    + " pg_catalog.set_config('tcp_keepalives_idle', '5', true) operator(pg_catalog.||) pg_catalog.set_config('tcp_keepalives_interval', '2', true)"
                    + " operator(pg_catalog.||) pg_catalog.set_config('tcp_keepalives_count', '3', true)"
                    + " operator(pg_catalog.||) case when pg_catalog.current_setting('client_connection_check_interval', true) is not null then"
                    + " pg_catalog.set_config('client_connection_check_interval', '1000', true) end end; ";

    private static final String SET_IDLE_TIMEOUT = "pg_catalog.set_config('idle_session_timeout', ?, false)";

    /** Parameters: length left for the former name, what follows it before the time of the grant, and after. */
    private static final String SET_NAME =
            "pg_catalog.set_config('application_name', pg_catalog.left(name, ?) operator(pg_catalog.||) ?"
                    + " operator(pg_catalog.||) pg_catalog.to_hex(extract(epoch from pg_catalog.clock_timestamp())::bigint) operator(pg_catalog.||) ?, false)";

    private AdvisoryLockSql() {}

    /**
     * What a statement that acquires does. Its row: granted (null on a standby), backend pid, the server's clock,
     * idle_session_timeout (null before PostgreSQL 14) and application_name as they were, the fencing token as position
     * and timeline (null unless fenced), and when the server started.
     *
     * @param lock what is locked; null only makes the session ready
     * @param own whether the session is for this lock alone: it is wiped first, since pools clean nothing, and a lock that an
     *     earlier user left on it would be granted again although others may rely on it; and the winner sets its lease and
     *     name
     * @param waiting whether it waits, until lock_timeout; it ends with SQLSTATE 55P03 then
     * @param enforced whether the lease must be set, also where the server does not know it, which is an error then
     * @param fenced whether the winner makes a token
     */
    record Acquire(LockMode lock, boolean own, boolean waiting, boolean enforced, boolean fenced) {

        /**
         * Parameters: time to wait in ms if waiting; lock id unless null; if own: lease in ms, and three for the name. If
         * waiting, another result comes before the row.
         */
        String sql() {
            return (waiting ? BEFORE_WAIT : "")
                    + "with before as materialized (select pg_catalog.current_setting('idle_session_timeout', true) as idle_timeout,"
                    + " pg_catalog.current_setting('application_name') as name"
                    + (own ? ", pg_catalog.pg_advisory_unlock_all() as wiped" : "")
                    + (waiting ? ", pg_catalog.set_config('lock_timeout', ?, true) as lock_timeout" : "")
                    + (fenced ? ", pg_catalog.set_config('synchronous_commit', 'on', true) as synchronous_commit" : "")
                    + "), attempt as materialized (select idle_timeout, name, case when pg_catalog.pg_is_in_recovery() then null else "
                    + grant() + " end as granted from before)"
                    + " select granted, pg_catalog.pg_backend_pid(), " + micros("pg_catalog.clock_timestamp()")
                    + ", idle_timeout, name"
                    + (fenced ? TOKEN : NO_TOKEN) + ", " + SERVER_START
                    + (own ? terms() : "")
                    + " from attempt";
        }

        private String grant() {
            if (lock == null) {
                return "true";
            }
            return waiting
                    ? "pg_catalog.pg_advisory_lock" + suffix(lock) + "(?)::pg_catalog.text is not null"
                    : "pg_catalog.pg_try_advisory_lock" + suffix(lock) + "(?)";
        }

        private String terms() {
            return ", case when granted" + (enforced ? "" : " and idle_timeout is not null") + " then "
                    + SET_IDLE_TIMEOUT + " end, case when granted then " + SET_NAME + " end";
        }

        /** The only source of the server that never goes back over a crash, if its record is flushed. */
        private static final String TOKEN =
                ", case when granted then (pg_catalog.pg_logical_emit_message(true, 'holdfast', '') operator(pg_catalog.-) '0/0'::pg_catalog.pg_lsn)::pg_catalog.text end,"
                        + " case when granted then " + TIMELINE + " end";

        private static final String NO_TOKEN = ", null, null";
    }

    /**
     * Parameters: backend pid; lock id, unless every lock is to be freed (mode is null); if the session was for one lock
     * alone or all are freed: idle_session_timeout and application_name as they were. Row: whether this is that backend
     * and held the lock. A session that is another one by now is not touched.
     */
    static String unlock(LockMode mode, boolean restore) {
        String unlock = mode == null
                ? "pg_catalog.pg_advisory_unlock_all()::pg_catalog.text is not null"
                : "pg_catalog.pg_advisory_unlock" + suffix(mode) + "(?)";
        return "with this as materialized (select pg_catalog.pg_backend_pid() operator(pg_catalog.=) ? as one)"
                + " select case when one then " + unlock + " else false end"
                + (restore
                        ? ", case when one and idle_timeout is not null"
                                + " then pg_catalog.set_config('idle_session_timeout', idle_timeout, false) end,"
                                + " case when one then pg_catalog.set_config('application_name', name, false) end"
                                + " from this, (values (?::pg_catalog.text, ?::pg_catalog.text)) as before (idle_timeout, name)"
                        : " from this");
    }

    /** Back to the transaction as it was before {@link AcquireInTransaction}. */
    static final String UNDO_IN_TRANSACTION = "rollback to savepoint holdfast; release savepoint holdfast";

    /** Row: when the server started, and the database's oid. */
    static final String DATABASE = "select " + SERVER_START
            + " as started, oid::bigint from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database()";

    /**
     * What acquires a lock in the caller's transaction, if that is on the expected database. Its row: granted (null on a standby,
     * on another database, and under REPEATABLE READ), {@link #DATABASE}, and the isolation level. A savepoint
     * is an error where there is no transaction (SQLSTATE 25P01), and lets the transaction go on after any other error. Settings
     * are as they were afterwards.
     *
     * @param lock what is locked
     * @param waiting whether it waits, until lock_timeout; it ends with SQLSTATE 55P03 then
     */
    record AcquireInTransaction(LockMode lock, boolean waiting) {

        /** Parameters: time to wait in ms if waiting; the expected database; lock id. Another result comes before the row, and one after it. */
        String sql() {
            String grant = waiting
                    ? "pg_catalog.pg_advisory_xact_lock" + suffix(lock) + "(?)::pg_catalog.text is not null"
                    : "pg_catalog.pg_try_advisory_xact_lock" + suffix(lock) + "(?)";
            return "savepoint holdfast; with before as materialized (select d.*,"
                    + " pg_catalog.current_setting('transaction_isolation') as isolation,"
                    + " pg_catalog.current_setting('lock_timeout') as lock_timeout"
                    + (waiting ? ", pg_catalog.set_config('lock_timeout', ?, true) as changed" : "")
                    + " from (" + DATABASE
                    + ") as d), attempt as materialized (select started, oid, isolation, lock_timeout,"
                    + " case when pg_catalog.pg_is_in_recovery() or isolation operator(pg_catalog.=) 'repeatable read'"
                    + " or started operator(pg_catalog.<>) ? or oid operator(pg_catalog.<>) ? then null else "
                    + grant
                    + " end as granted from before), after as materialized (select granted, started, oid, isolation"
                    + (waiting ? ", pg_catalog.set_config('lock_timeout', lock_timeout, true) as restored" : "")
                    + " from attempt) select granted, started, oid, isolation from after; release savepoint holdfast";
        }
    }

    /** Parameters: lock id, backend pid; ttl in ms if enforced. Row: whether that backend is this one and holds the lock. */
    static String isHeld(LockMode mode, boolean enforced) {
        return "select exists (select from pg_catalog.pg_locks l where l.granted and " + IS_SESSION_LOCK_HERE
                + " and " + LOCK_ID + " operator(pg_catalog.=) ?"
                + " and l.mode operator(pg_catalog.=) '" + (mode == LockMode.SHARED ? "ShareLock" : "ExclusiveLock")
                + "'"
                + " and l.pid operator(pg_catalog.=) pg_catalog.pg_backend_pid() and l.pid operator(pg_catalog.=) ?)"
                + (enforced ? ", " + SET_IDLE_TIMEOUT : "");
    }

    private static String suffix(LockMode mode) {
        return mode == LockMode.SHARED ? "_shared" : "";
    }
}
