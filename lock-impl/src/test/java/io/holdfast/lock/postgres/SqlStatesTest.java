// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SqlStatesTest {

    @Test
    @DisplayName("C6: an exhausted pool is told from a database that cannot be reached, as pools say it")
    void shouldTellExhaustedPool() {
        SQLException refused = new SQLException("refused", "08001");
        SQLException exhausted = new SQLTransientConnectionException("timed out", "08001");

        assertTrue(SqlStates.isPoolExhausted(exhausted));
        assertTrue(SqlStates.isPoolExhausted(new SQLTransientConnectionException("timed out", "08001", exhausted)));
        assertFalse(SqlStates.isPoolExhausted(refused));
        assertFalse(SqlStates.isPoolExhausted(new SQLTransientConnectionException("timed out", "08001", refused)));
    }
}
