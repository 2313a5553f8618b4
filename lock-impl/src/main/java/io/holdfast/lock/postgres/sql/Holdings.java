// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The locks that some sessions hold, as one server sees it.
 *
 * @param standby whether that server is a standby, where nobody holds a lock
 * @param serverStart when that server started
 * @param all the locks
 */
public record Holdings(boolean standby, long serverStart, Set<Holding> all) {

    /**
     * A lock that a session holds.
     *
     * @param pid the process id of the session
     * @param lockId the number of the lock
     * @param shared whether it is held in shared mode
     * @param sessionStart when the session began, by the server's clock in microseconds; null if the role may not see
     *     it
     */
    public record Holding(
            int pid, long lockId, boolean shared, @Nullable Long sessionStart) {}
}
