// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import java.sql.SQLException;

/**
 * A question to the server that any session may ask.
 *
 * @param <T> the answer
 */
@FunctionalInterface
public interface Question<T> {

    /** Asks on this session. Blocks on JDBC. */
    T ask(LockSession session) throws SQLException;
}
