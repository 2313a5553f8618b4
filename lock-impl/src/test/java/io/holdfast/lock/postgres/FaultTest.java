// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.sql.LockId;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A server that a test class may ill-treat, a key on it, and how soon a fault must have been noticed. */
abstract class FaultTest {

    static final Duration CHECK_INTERVAL = Duration.ofMillis(200);
    static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(1);
    static final Duration HEARTBEAT = Duration.ofSeconds(5);

    /** For threads and processes that get no processor for a while. */
    static final Duration SLACK = Duration.ofMillis(1500);

    static final Duration TOLD = CHECK_INTERVAL.plus(SLACK);
    static final Duration UNASKABLE = CHECK_INTERVAL.plus(CONNECTION_TIMEOUT).plus(SLACK);

    static final LockerConfig CONFIG = LockerConfig.DEFAULT
            .checkInterval(CHECK_INTERVAL)
            .connectionTimeout(CONNECTION_TIMEOUT)
            .answerTimeout(CONNECTION_TIMEOUT)
            .heartbeat(HEARTBEAT)
            .closeTimeout(Duration.ofSeconds(3));

    /** Never a container's: it has to see the ports of a relay, and its processes are sent signals. */
    static PostgresNode postgres;

    final Server server = postgres.server();
    final String key = "fault/" + UUID.randomUUID();
    final long lockId = LockId.of(CONFIG.namespace(), key);
    final Loss loss = new Loss(key);

    @BeforeAll
    static void startServer() {
        postgres = PostgresNode.started();
    }

    @AfterAll
    static void stopServer() throws IOException {
        postgres.close();
    }

    static Rival rivalOf(LockHandle handle) {
        return Rival.of(handle, postgres.dataSource(), CONFIG);
    }

    /** When every locker is closed. */
    final void assertNothingIsLeft() throws InterruptedException {
        Server.eventually("no lock is left", () -> server.advisoryLocks() == 0);
        Server.eventually("no session is left", () -> sessions() == 0);
    }

    private long sessions() {
        return server.ask("select count(*) from pg_stat_activity"
                + " where backend_type = 'client backend' and pid <> pg_backend_pid()");
    }
}
