// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What PostgreSQL says of locks and sessions. Used outside of the application server. */
final class ServerView {

    private static final String ADVISORY = "from pg_locks where locktype = 'advisory' and database ="
            + " (select oid from pg_database where datname = current_database())";

    private ServerView() {}

    /** How many advisory locks are held or waited for. */
    static long advisoryLocks() {
        return number("select count(*) " + ADVISORY);
    }

    /** How many of these locks are held or waited for. */
    static long rows(Collection<Long> lockIds) {
        return number(
                "select count(*) " + ADVISORY + " and (classid::bigint << 32) | objid::bigint = any (?)", lockIds);
    }

    /** How many waits for these locks there are. */
    static long waits(Collection<Long> lockIds) {
        return number(
                "select count(*) " + ADVISORY
                        + " and not granted and (classid::bigint << 32) | objid::bigint = any (?)",
                lockIds);
    }

    /** Ends the session that holds this lock. */
    static void endHolder(long lockId) {
        number(
                "select count(pg_terminate_backend(pid)) " + ADVISORY
                        + " and granted and (classid::bigint << 32) | objid::bigint = any (?)",
                List.of(lockId));
    }

    /** The sessions, other than the one that asks, that do something or show a lock by their name. */
    static List<String> sessionsInUse() {
        return strings("select state || ' ' || application_name || ': ' || query from pg_stat_activity"
                + " where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()"
                + " and (state <> 'idle' or application_name like '%holdfast/%')");
    }

    /** How many sessions have ended since the server's start without that their client closed them. */
    static long sessionsEndedBadly() {
        return number("select sessions_abandoned + sessions_fatal + sessions_killed from pg_stat_database"
                + " where datname = current_database()");
    }

    private static long number(String sql, Object... parameters) {
        return Long.parseLong(strings(sql, parameters).get(0));
    }

    private static List<String> strings(String sql, Object... parameters) {
        try (Connection connection = Environment.database().connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                Object[] elements = ((Collection<?>) parameters[i]).toArray();
                statement.setArray(i + 1, connection.createArrayOf("bigint", elements));
            }
            List<String> values = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
