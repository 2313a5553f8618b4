// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.LockInfo.Session;
import io.holdfast.lock.postgres.sql.SessionName.Published;
import java.util.Optional;

/**
 * A session that holds a lock or waits for it.
 *
 * @param lockId the number of the lock
 * @param granted whether the session holds it, as opposed to waiting for it
 * @param session the session
 */
public record LockRow(long lockId, boolean granted, Session session) {

    /**
     * What the session shows of its lock.
     *
     * @return what it shows; empty if it is no session of this library
     */
    public Optional<Published> published() {
        return SessionName.parse(session.applicationName());
    }
}
