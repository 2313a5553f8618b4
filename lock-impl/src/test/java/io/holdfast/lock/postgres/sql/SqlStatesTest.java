// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlStatesTest {

    @Test
    @DisplayName("C6: the exceptions of pools distinguish an exhausted pool from a database that cannot be reached")
    void shouldTellExhaustedPool() {
        SQLException refused = new SQLException("refused", "08001");
        SQLException exhausted = new SQLTransientConnectionException("timed out", "08001");

        assertTrue(SqlStates.isPoolExhausted(exhausted));
        assertTrue(SqlStates.isPoolExhausted(new SQLTransientConnectionException("timed out", "08001", exhausted)));
        assertFalse(SqlStates.isPoolExhausted(refused));
        assertFalse(SqlStates.isPoolExhausted(new SQLTransientConnectionException("timed out", "08001", refused)));
    }

    @Test
    @DisplayName("C6: an exhausted pool of DBCP 2 is reported by what its exception has as a cause")
    void shouldTellExhaustedDbcp() {
        assertTrue(SqlStates.isPoolExhausted(new SQLException(
                "Cannot get a connection, pool error Timeout waiting for idle object",
                new NoSuchElementException("Timeout waiting for idle object"))));
        assertFalse(SqlStates.isPoolExhausted(
                new SQLException("Cannot create PoolableConnectionFactory", new SQLException("refused", "08001"))));
        assertFalse(SqlStates.isPoolExhausted(new SQLException("whatever", new IllegalStateException("closed"))));
    }

    @Test
    @DisplayName(
            "C6: a server without a free connection is reported as an exhausted pool is, however deep a pool hides it")
    void shouldTellTooManyConnections() {
        SQLException tooMany = new SQLException("sorry, too many clients already", "53300");
        SQLException inPool = new SQLException("no connection", "08001", new RuntimeException(tooMany));

        assertTrue(SqlStates.isPoolExhausted(tooMany));
        assertTrue(SqlStates.isPoolExhausted(inPool));
        assertTrue(SqlStates.isPoolExhausted(new SQLException("outermost", new RuntimeException(inPool))));
        assertTrue(SqlStates.isPoolExhausted(new SQLTransientConnectionException("timed out", "53300", tooMany)));
        assertFalse(SqlStates.isPoolExhausted(new SQLException("out of memory", "53200")));
        assertTrue(SqlStates.isWorthRetrying(tooMany));
        assertTrue(SqlStates.isWorthRetrying(inPool));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"08001", "08006", "57P01", "57P02", "57P03", "57P05", "53300"})
    @DisplayName("a retry on another connection is worthwhile if the connection has ended or none was available")
    void shouldRetry(String state) {
        SQLException failure = new SQLException("failed", state);

        assertTrue(SqlStates.isWorthRetrying(failure));
        assertTrue(SqlStates.isWorthRetrying(new SQLException("of a pool", failure)));
        assertTrue(SqlStates.isWorthRetrying(new SQLTransientConnectionException("of a pool", state, failure)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"28P01", "28000", "3D000", "42501", "42704", "08P01", "53200", "57014"})
    @DisplayName("no retry is worthwhile if the server refuses the connection, or after an error of the statement")
    void shouldNotRetry(String state) {
        SQLException failure = new SQLException("refused", state);

        assertFalse(SqlStates.isWorthRetrying(failure));
        assertFalse(SqlStates.isWorthRetrying(new SQLException("of a pool", failure)));
        assertFalse(SqlStates.isWorthRetrying(new SQLTransientConnectionException("of a pool", state, failure)));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"08003", "08006", "08P01", "57014", "57P03"})
    @DisplayName("C17: a session has not certainly ended if only the connection failed, or a statement was canceled")
    void shouldDoubtEnd(String state) {
        assertFalse(SqlStates.isEndConfirmed(new SQLException("failed", state)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"57P01", "57P02", "57P05"})
    @DisplayName("C17: a session has ended if the server says that it was terminated, idle for too long, or stopped")
    void shouldTellConfirmedEnd(String state) {
        assertTrue(SqlStates.isEndConfirmed(new SQLException("ended", state)));
    }
}
