// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.contender;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The statements of advisory locks that people write by hand. */
final class LockStatements {

    static final String TRY = "select pg_try_advisory_lock(?)";
    static final String WAIT = "select pg_advisory_lock(?)";
    static final String UNLOCK = "select pg_advisory_unlock(?)";

    private static final String LOCK_TIMEOUT = "55P03";
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private LockStatements() {}

    /** The number of a key. */
    static long id(String key) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }

    /** Sends a statement that answers with a boolean, or with nothing that matters. */
    static boolean ask(PreparedStatement statement, long id) throws SQLException {
        statement.setLong(1, id);
        try (ResultSet answer = statement.executeQuery()) {
            answer.next();
            return answer.getBoolean(1);
        }
    }

    /** Sends a statement that waits; false if the time was over. */
    static boolean waitFor(PreparedStatement statement, long id) throws SQLException {
        statement.setLong(1, id);
        try (ResultSet answer = statement.executeQuery()) {
            return answer.next();
        } catch (SQLException e) {
            if (LOCK_TIMEOUT.equals(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    /** Unlocks what is held. */
    static void unlock(PreparedStatement statement, long id) throws SQLException {
        if (!ask(statement, id)) {
            throw new IllegalStateException("the lock was not held");
        }
    }

    /** Limits the waits of a session; zero is no limit. */
    static void limitWaits(Connection connection, long millis) throws SQLException {
        try (PreparedStatement limit = connection.prepareStatement("select set_config('lock_timeout', ?, false)")) {
            limit.setString(1, Long.toString(millis));
            limit.executeQuery().close();
        }
    }
}
