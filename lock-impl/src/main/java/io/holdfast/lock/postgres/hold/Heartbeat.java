// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.postgres.session.Lifetime;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.postgres.thread.WorkQueue;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends a sign of life on every session that the server would otherwise end, after a third of the heartbeat. Signs of
 * life have their own queue, so that they wait for nothing else.
 */
final class Heartbeat {

    private final Tenures tenures;
    private final Keepers keepers;
    private final WorkQueue touches;
    private final Set<LockSession> touched = ConcurrentHashMap.newKeySet();

    Heartbeat(Tenures tenures, Keepers keepers) {
        this.tenures = tenures;
        this.keepers = keepers;
        this.touches = new WorkQueue(keepers);
    }

    /** Starts the signs of life that are due. Runs on the timer's thread and does not block. */
    void start() {
        for (LockSession session : tenures.askableSessions()) {
            Lifetime lifetime = session.lifetime();
            if (lifetime != null && lifetime.hasEnded()) {
                keepers.run(() -> tenures.retire(session, null));
            } else if (lifetime != null && lifetime.isTouchDue() && touched.add(session)) {
                touches.add(() -> touch(session));
            }
        }
    }

    private void touch(LockSession session) {
        try {
            if (!session.unlessBusy(session::touch).orElse(true)) {
                tenures.retire(session, null);
            }
        } catch (SQLException e) {
            if (SqlStates.isSessionLost(e)) {
                tenures.retire(session, e);
            }
        } finally {
            touched.remove(session);
        }
    }
}
