// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.sql.LockId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;

/** Several locks of one locker, and code of its users that blocks. */
abstract class HealthyLocksTest extends OpenedSessionsTest {

    static final Duration HEARTBEAT = Duration.ofSeconds(3);
    static final LockerConfig HEALTHY = CONFIG.heartbeat(HEARTBEAT)
            .connectionTimeout(Duration.ofSeconds(2))
            .answerTimeout(Duration.ofSeconds(2))
            .closeTimeout(Duration.ofSeconds(4));

    /** What blocks does so until the end of the test. */
    final CountDownLatch end = new CountDownLatch(1);

    /** The keys of the locks that somebody heard of. */
    final Set<String> told = ConcurrentHashMap.newKeySet();

    final void tellAndBlock(String key) {
        told.add(key);
        try {
            assertTrue(end.await(30, TimeUnit.SECONDS), "the test is over by then");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    final List<LockHandle> acquire(PostgresLocker locker, int locks) throws InterruptedException {
        List<LockHandle> handles = new ArrayList<>();
        for (int i = 0; i < locks; i++) {
            handles.add(locker.acquire(LockRequest.of(key + "/" + i)));
        }
        return handles;
    }

    final int holder(LockHandle handle) {
        return server.holder(LockId.of(CONFIG.namespace(), handle.key()));
    }

    /** All at the same time. */
    final void terminateHolders(List<LockHandle> handles) {
        String pids = handles.stream().map(handle -> "" + holder(handle)).collect(Collectors.joining(","));
        server.ask("select count(pg_terminate_backend(pid)) from unnest(array[" + pids + "]) pid");
    }

    @AfterEach
    void letGo() {
        end.countDown();
    }
}
