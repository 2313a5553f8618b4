// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.acquire.Attempts;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.session.Fitness;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.OpenSession;
import io.holdfast.lock.postgres.session.PinnedSessions;
import io.holdfast.lock.postgres.session.Servers;
import io.holdfast.lock.postgres.session.SessionAllocation;
import io.holdfast.lock.postgres.session.Sessions;
import io.holdfast.lock.postgres.sql.AcquireStatement;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.testkit.RecordingListener;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The parts of a locker that hold a lock, which was granted on a fake session. It has no threads. */
final class FakeLocker {

    static final LockRequest REQUEST = LockRequest.of("key");

    /** Nothing of it passes while the model checker works, also on a loaded machine. */
    private static final LockerConfig CONFIG = LockerConfig.DEFAULT
            .keepSession(Duration.ZERO)
            .heartbeat(Duration.ZERO)
            .checkInterval(Duration.ofDays(1))
            .handOver(Duration.ofSeconds(1));

    private static final Logger SILENT = Logger.getLogger("io.holdfast.lock");

    static {
        SILENT.setLevel(Level.OFF);
    }

    final FakeSession server = new FakeSession();
    final RecordingListener listener = new RecordingListener();
    final Tenures tenures;
    final HeldLocks heldLocks;
    final LockAttempt attempt = new Attempts(CONFIG).attempt(REQUEST, LockRequest.IMMEDIATE);
    final Grant grant;

    FakeLocker() throws SQLException {
        Keepers keepers = new Keepers();
        // What is for keeper threads runs on the caller's from now on.
        keepers.stop(Duration.ZERO);
        Servers servers = new Servers();
        Sessions sessions = new Sessions(server.others(), CONFIG);
        SessionAllocation allocation =
                new PinnedSessions(sessions, new Fitness(sessions, servers, keepers, CONFIG), servers, keepers, CONFIG);
        tenures = new Tenures(allocation, servers, sessions, keepers, CONFIG);
        heldLocks = new HeldLocks(tenures, allocation, servers, new Listeners(List.of(listener)), keepers, CONFIG);
        LockSession session = OpenSession.on(server.connection());
        session.setUp();
        session.locks()
                .acquire(new AcquireStatement(
                        REQUEST.mode(), attempt.lockId(), null, session.locks().settingsFor(REQUEST, CONFIG), false));
        grant = new Grant(session, attempt.lockId(), true, null, System.nanoTime(), System.nanoTime());
    }

    /** A place behind which nobody waits. */
    static Place<Tenure> lastPlace(Runnable onEnd) {
        return new Place<Tenure>() {

            @Override
            public boolean isAwaited() {
                return false;
            }

            @Override
            public LockRequest next() {
                return null;
            }

            @Override
            public Place<Tenure> passOn(boolean withToken) {
                return null;
            }

            @Override
            public void deliver(Tenure tenure) {
                throw new IllegalStateException("nobody waits here");
            }

            @Override
            public void end() {
                onEnd.run();
            }
        };
    }
}
