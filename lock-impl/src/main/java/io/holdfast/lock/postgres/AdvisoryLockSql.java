// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockMode;

/**
 * Every statement of the lock. The order of evaluation inside a statement rests on materialized common table expressions
 * and CASE, which PostgreSQL guarantees; not on the order of a select list.
 *
 * @see <a href="https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS">PostgreSQL manual,
 *     "Advisory Lock Functions"</a>
 */
final class AdvisoryLockSql {

    /** Frees whatever the session holds. */
    static final String UNLOCK_ALL = "select pg_advisory_unlock_all()";

    /** Ends this session; answers with an error. */
    static final String TERMINATE = "select pg_terminate_backend(pg_backend_pid())";

    /** Row: whether this server is a standby. */
    static final String PING = "select pg_is_in_recovery()";

    private static final String ENFORCE_TTL = "set_config('idle_session_timeout', ?, false)";

    private AdvisoryLockSql() {}

    /**
     * Parameters: lock id; ttl in ms if enforced. Row: granted (null on a standby), backend pid, idle_session_timeout as
     * it was (null before PostgreSQL 14). First wipes the session: pools clean nothing, and a lock that an earlier user
     * left on it would be granted again although others may rely on it.
     */
    static String tryLock(LockMode mode, boolean enforced) {
        return acquire("", "pg_try_advisory_lock" + suffix(mode) + "(?)", enforced);
    }

    /** As {@link #tryLock} with a further, first parameter: how long to wait, in ms. Ends with SQLSTATE 55P03 then. */
    static String lock(LockMode mode, boolean enforced) {
        return acquire(
                ", set_config('lock_timeout', ?, true)",
                "pg_advisory_lock" + suffix(mode) + "(?)::text is not null",
                enforced);
    }

    private static String acquire(String wait, String lock, boolean enforced) {
        return "with clean as materialized (select pg_advisory_unlock_all()" + wait
                + ", current_setting('idle_session_timeout', true) as idle_timeout),"
                + " attempt as materialized (select idle_timeout,"
                + " case when pg_is_in_recovery() then null else " + lock + " end as granted from clean)"
                + " select granted, pg_backend_pid(), idle_timeout"
                + (enforced ? ", case when granted then " + ENFORCE_TTL + " end" : "")
                + " from attempt";
    }

    /** Parameters: lock id; idle_session_timeout to restore if enforced. Row: whether the lock was held. */
    static String unlock(LockMode mode, boolean enforced) {
        return "select pg_advisory_unlock" + suffix(mode) + "(?)" + (enforced ? ", " + ENFORCE_TTL : "");
    }

    /** Parameters: lock id, backend pid; ttl in ms if enforced. Row: whether that backend is this one and holds the lock. */
    static String isHeld(LockMode mode, boolean enforced) {
        return "select exists (select from pg_locks where locktype = 'advisory' and objsubid = 1 and granted"
                + " and database = (select oid from pg_database where datname = current_database())"
                + " and ((classid::bigint << 32) | objid::bigint) = ?"
                + " and mode = '" + (mode == LockMode.SHARED ? "ShareLock" : "ExclusiveLock") + "'"
                + " and pid = pg_backend_pid() and pid = ?)"
                + (enforced ? ", " + ENFORCE_TTL : "");
    }

    private static String suffix(LockMode mode) {
        return mode == LockMode.SHARED ? "_shared" : "";
    }
}
