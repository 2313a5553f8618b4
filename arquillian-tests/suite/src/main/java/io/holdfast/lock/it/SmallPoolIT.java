// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.Locker;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The server's own pool, with one connection. */
@ArquillianTest
public class SmallPoolIT {

    @Inject
    private Locker locker;

    @Inject
    private CountingListener listener;

    @Deployment
    static WebArchive deployment() {
        return Archives.testWar(
                SmallPoolIT.class, Map.of("holdfast.datasource", "jdbc/single"), CountingListener.class);
    }

    @Test
    @DisplayName("C6: exhaustion of the server's pool is reported as such, not as contention, and neither of the two is"
            + " retried")
    void shouldTellExhaustedPool() throws InterruptedException {
        LockHandle handle = locker.acquire(LockRequest.of("pool/1"));
        listener.take();

        LockException failure =
                assertThrows(LockConnectionTimeoutException.class, () -> locker.tryAcquire(LockRequest.of("pool/2")));
        assertTrue(failure.getMessage().contains("pool/2"), failure.getMessage());
        assertEquals(List.of("failed"), listener.take());

        assertThrows(
                LockNotAcquiredException.class, () -> locker.acquire(LockRequest.of("pool/1"), LockRequest.IMMEDIATE));
        assertEquals(List.of("contended"), listener.take());

        handle.release();
        locker.acquire(LockRequest.of("pool/2")).release();
    }

    @Test
    @DisplayName("C12, C17: release reports that the session was killed; afterwards, the server's pool provides a"
            + " working connection")
    void shouldSurviveKilledSession() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            LockHandle handle = locker.acquire(LockRequest.of("pool/killed"));
            PgLocks.endSessionOf(locker.lockId("pool/killed"));

            assertThrows(LockNotHeldException.class, handle::release);

            assertEquals(LockState.LOST, handle.state());
            locker.acquire(LockRequest.of("pool/killed")).release();
        }
    }

    @Test
    @DisplayName("a session that was killed while its connection was idle in the server's pool is replaced")
    void shouldReplaceStaleConnection() throws InterruptedException {
        LockHandle handle = locker.acquire(LockRequest.of("pool/idle"));
        int pid = PgLocks.pidOf(locker.lockId("pool/idle"));
        handle.release();
        PgLocks.endSession(pid);
        listener.take();

        locker.acquire(LockRequest.of("pool/idle")).release();

        assertEquals(List.of("acquired", "released"), listener.take(), "at the first try");
    }
}
