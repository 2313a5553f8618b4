// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A statement whose answer is exactly one row.
 *
 * @param <T> the answer
 */
interface RowQuery<T> extends Query<T> {

    /**
     * Reads the answer from its row.
     *
     * @param row the result, on its only row
     * @return the answer
     * @throws SQLException if it cannot be read
     */
    T readRow(ResultSet row) throws SQLException;

    @Override
    default T read(ResultSet rows) throws SQLException {
        rows.next();
        return readRow(rows);
    }
}
