// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.postgres.config.UnansweredConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.postgresql.ds.PGSimpleDataSource;

/** What a locker reports when the pool or the database has no session for it. */
@Timeout(60)
class UnavailabilityIT extends RarelyCheckedTest {

    @Test
    @DisplayName(
            "C6: while the pool has no connection for a key's first caller, the next one gets no report of contention")
    void shouldNotTakeExhaustionForContention() throws Exception {
        List<LockHandle> held = new ArrayList<>();
        for (int i = 0; i < POOL_SIZE; i++) {
            held.add(locker.acquire(LockRequest.of(key + "/" + i)));
        }
        Future<LockHandle> first = threads.submit(() -> locker.acquire(request));
        Server.eventually(
                "it waits for a connection", () -> pool.getHikariPoolMXBean().getThreadsAwaitingConnection() == 1);

        assertThrows(LockConnectionTimeoutException.class, () -> locker.tryAcquire(request));

        ExecutionException failure = assertThrows(ExecutionException.class, first::get);
        assertEquals(LockConnectionTimeoutException.class, failure.getCause().getClass());
        assertEquals(0, Collections.frequency(listener.events(), "contended"));
        assertThrows(LockConnectionTimeoutException.class, locker::ping, "a ping reports it, too");
        held.forEach(LockHandle::release);
        locker.tryAcquire(request).orElseThrow().release();
        locker.ping();
    }

    @Test
    @DisplayName("C6: an exhausted pool is reported as such, after the connection timeout, and not as contention")
    void shouldReportExhaustedPool() throws InterruptedException {
        List<LockHandle> held = new ArrayList<>();
        for (int i = 0; i < POOL_SIZE; i++) {
            held.add(locker.acquire(LockRequest.of(key + "/" + i)));
        }

        LockException failure = assertThrows(LockConnectionTimeoutException.class, () -> locker.tryAcquire(request));
        assertThrows(LockConnectionTimeoutException.class, () -> locker.acquire(request));

        assertTrue(failure.getMessage().contains(key), failure.getMessage());
        assertNull(failure.getCause(), "the locks have used up the pool, so nothing is wrong with the database");
        held.forEach(LockHandle::release);
        locker.tryAcquire(request).orElseThrow().release();
        assertEquals(2, Collections.frequency(listener.events(), "failed"));
        assertEquals(0, Collections.frequency(listener.events(), "contended"));
    }

    @Test
    @DisplayName("C6: a pool that reports its exhaustion itself, sooner than we would, is understood")
    void shouldUnderstandExhaustionReportedByPool() throws InterruptedException {
        HikariDataSource impatient = Databases.impatient(Databases.SHARED.dataSource(), 1);
        PostgresLocker onImpatient = locker(impatient::getConnection);
        LockHandle held = onImpatient.acquire(LockRequest.of(key + "/held"));

        assertThrows(LockConnectionTimeoutException.class, () -> onImpatient.tryAcquire(request));

        held.release();
        onImpatient.close();
        impatient.close();
    }

    @Test
    @DisplayName("C6: a database that cannot be reached is reported as unavailable, by acquiring and by ping")
    void shouldReportUnreachableDatabase() throws Exception {
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nowhere.setUrl("jdbc:postgresql://localhost:" + taken.getLocalPort() + "/postgres");
        }
        try (PostgresLocker toNowhere = locker(nowhere::getConnection)) {
            LockException failure = assertThrows(LockUnavailableException.class, () -> toNowhere.tryAcquire(request));
            assertEquals(LockUnavailableException.class, failure.getClass());
            assertTrue(failure.getMessage().contains("08001"), failure.getMessage());
            assertEquals(
                    getClass().getName(),
                    java.util.Arrays.stream(failure.getStackTrace())
                            .map(StackTraceElement::getClassName)
                            .filter(name -> name.startsWith(getClass().getName()))
                            .findFirst()
                            .map(name -> name.replaceAll("\\$.*", ""))
                            .orElse("the caller is not in the stack trace"));
            assertThrows(LockUnavailableException.class, toNowhere::ping);
        }
    }

    @Test
    @DisplayName("C6: a database that accepts the connection and never answers is reported within bounds")
    void shouldReportSilentDatabase() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            PGSimpleDataSource toSilence = new PGSimpleDataSource();
            toSilence.setUrl("jdbc:postgresql://localhost:" + silent.getLocalPort() + "/postgres?loginTimeout=3");
            try (PostgresLocker toSilent = locker(toSilence::getConnection)) {
                for (Executable question : List.<Executable>of(
                        () -> toSilent.tryAcquire(request),
                        toSilent::ping,
                        () -> toSilent.pingWithin(BRIEF).get())) {
                    Throwable thrown = assertThrows(Exception.class, question);
                    Throwable failure = thrown instanceof ExecutionException ? thrown.getCause() : thrown;
                    assertTrue(
                            failure.getMessage().contains("does not answer connection attempts"), failure.getMessage());
                    assertInstanceOf(UnansweredConnectException.class, failure.getCause());
                }
            }
        }
    }

    @Test
    @DisplayName(
            "C6, C17: a server that falls silent is reported within bounds; its sessions are ended, and the key is free")
    void shouldSurviveSilence() throws Exception {
        try (Relay relay = new Relay(Databases.SHARED.url());
                PostgresLocker throughRelay =
                        locker(relay.through((PGSimpleDataSource) Databases.SHARED.dataSource())::getConnection)) {
            LockHandle held = throughRelay.acquire(LockRequest.of(key + "/held"));
            PostgresLocker elsewhere = elsewhere();
            LockHandle blocking = elsewhere.acquire(request);
            LockHandle leased =
                    throughRelay.acquire(LockRequest.of(key + "/leased").enforcedTtl(Duration.ofMinutes(10)));
            Future<LockHandle> waiter = threads.submit(() -> throughRelay.acquire(request, BRIEF));
            Server.eventually(
                    "it waits at the server", () -> server.locks(lockId).size() == 2);

            String patientKey = key + "/patient";
            LockHandle blockingPatient = elsewhere.acquire(LockRequest.of(patientKey));
            Future<LockHandle> patient =
                    threads.submit(() -> throughRelay.acquire(LockRequest.of(patientKey), LockRequest.UNLIMITED));
            Server.eventually(
                    "it waits at the server",
                    () -> server.locks(locker.lockId(patientKey)).size() == 2);

            relay.freeze();

            ExecutionException unanswered = assertThrows(ExecutionException.class, waiter::get);
            assertEquals(LockUnavailableException.class, unanswered.getCause().getClass());
            assertThrows(LockUnavailableException.class, () -> held.refresh(LONG));
            assertTrue(held.isHeld(), "as far as this JVM knows");
            assertThrows(LockNotHeldException.class, () -> leased.refresh(Duration.ofMillis(100)));
            assertEquals(LockState.LAPSED, leased.state(), "the server may have heard the shorter ttl");
            leased.close();
            held.release();
            assertEquals(LockState.RELEASED, held.state());

            ExecutionException noticed = assertThrows(ExecutionException.class, patient::get);
            assertEquals(LockUnavailableException.class, noticed.getCause().getClass(), "also without limit");

            blocking.release();
            blockingPatient.release();
            relay.thaw();
            Server.eventually("no ghost holds the lock", () -> server.isFree(locker.lockId(patientKey)));
            Server.eventually("the sessions behind the relay are ended", () -> server.isFree(lockId));
            Server.eventually("the held lock is free", () -> server.isFree(locker.lockId(key + "/held")));
            throughRelay.acquire(request).release();
        }
    }
}
