// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Whatever depends on the sessions of this locker: its locks. */
public interface SessionUsers {

    /**
     * Sessions on which the server may be asked something. A session whose lease is enforced is not among them, since
     * every statement would prolong the lease without its holder's doing.
     */
    Collection<LockSession> askableSessions();

    /**
     * Ends a session that is gone or in doubt, here and on the server, with every lock on it.
     *
     * @param cause why; null if there is no exception for it
     */
    void retire(LockSession session, @Nullable Throwable cause);
}
