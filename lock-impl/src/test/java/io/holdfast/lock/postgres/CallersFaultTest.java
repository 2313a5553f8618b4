// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.postgresql.ds.PGSimpleDataSource;

/** A locker that asks on its caller's thread, by way of a network that fails. */
abstract class CallersFaultTest extends FaultTest {

    static final LockerConfig KEEPING = CONFIG.keepSession(Duration.ofMinutes(1));

    /** The watch looks four times in that time. */
    static final Duration ANSWERED =
            CONFIG.answerTimeout().plus(CONFIG.answerTimeout().dividedBy(4)).plus(SLACK);

    static final Duration DELAY = Duration.ofMillis(400);

    final SendingThreads sockets = SendingThreads.create();
    final Relay relay = new Relay(postgres.database().url());
    final PGSimpleDataSource throughRelay = sockets.watch(relay.through(postgres.dataSource()));
    final LockRequest request = LockRequest.of(key);
    final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<PostgresLocker> lockers = new ArrayList<>();
    LockerLog log;

    @BeforeEach
    final void listen() {
        log = LockerLog.open();
    }

    @AfterEach
    final void nothingIsLeft() throws Exception {
        log.close();
        relay.delay(Duration.ZERO);
        relay.thaw();
        lockers.forEach(PostgresLocker::close);
        relay.close();
        threads.shutdownNow();
        assertNothingIsLeft();
    }

    final PostgresLocker locker(ConnectionSource source) {
        return locker(KEEPING, source);
    }

    final PostgresLocker locker(LockerConfig config, ConnectionSource source) {
        PostgresLocker locker = new PostgresLocker(config, source, List.of());
        lockers.add(locker);
        return locker;
    }

    /** Asks on the caller's thread. */
    final PostgresLocker locker() {
        return locker(throughRelay::getConnection);
    }

    /** Asks on keeper threads, since its pool is unknown. */
    final PostgresLocker onKeepers() {
        return onKeepers(KEEPING);
    }

    final PostgresLocker onKeepers(LockerConfig config) {
        return locker(config, () -> Statements.watched(throughRelay.getConnection(), statement -> {}));
    }

    /** The session that is there for the next lock. */
    final int warmUp(PostgresLocker locker) throws InterruptedException {
        locker.acquire(request).release();
        LockHandle handle = locker.acquire(request);
        int pid = server.holder(lockId);
        handle.release();
        sockets.clear();
        return pid;
    }

    final void freeze(int pid) {
        relay.freeze(server.ask("select client_port from pg_stat_activity where pid = " + pid));
    }

    final void assertAskedBy(boolean caller) {
        List<Thread> senders = sockets.senders();
        assertFalse(senders.isEmpty());
        assertEquals(caller, !SendingThreads.isKeeper(senders.get(0)), senders::toString);
    }

    interface Work {
        void run() throws Exception;
    }

    static void assertWithin(Duration limit, Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(taken.compareTo(limit) <= 0, taken::toString);
    }
}
