// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.Locker;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Retries and circuit breaker around acquiring, on a database that cannot be reached. */
@ArquillianTest
public class UnreachableDatabaseIT {

    private static final LockRequest REQUEST = LockRequest.of("unreachable");
    private static final Duration DELAY = Duration.ofMillis(500);
    private static final int FAILURES = 4;

    @Inject
    private Locker locker;

    @Inject
    private CountingListener listener;

    @Inject
    private LogOfStart log;

    @Deployment(name = "unreachable")
    static WebArchive deployment() {
        return war("unreachable", Map.of());
    }

    @Deployment(name = "outage")
    static WebArchive outage() {
        return breaking("outage");
    }

    /** Of its own, since its circuit breaker has to be closed when the test begins. */
    @Deployment(name = "silent")
    static WebArchive silent() {
        return breaking("silent");
    }

    private static WebArchive breaking(String name) {
        return war(
                name,
                Map.of(
                        "io.holdfast.lock.integration.LockAcquisition/acquire/Retry/maxRetries",
                        "0",
                        "holdfast.breaker-failures",
                        Integer.toString(FAILURES),
                        "holdfast.breaker-delay",
                        DELAY.toString()));
    }

    private static WebArchive war(String name, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "holdfast.datasource",
                "jdbc/nowhere",
                "holdfast.connection-timeout",
                // Shorter than the pool's own limit, whose end would look like a pool that is used up.
                "750ms",
                "holdfast.answer-timeout",
                "1s"));
        settings.putAll(more);
        WebArchive war =
                Archives.testWar(name, UnreachableDatabaseIT.class, settings, CountingListener.class, Nowhere.class);
        return Archives.loggingFromStart(war)
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml")
                .addAsResource(Archives.text(Nowhere.port()), "nowhere.port");
    }

    @Test
    @OperateOnDeployment("unreachable")
    @DisplayName("one line of the log reports why the database was not reached at startup, and no line names a database"
            + " that was reached")
    void shouldSayWhy() {
        assertTrue(log.has("HOLDFAST-0102", "the database of jdbc/nowhere", "HOLDFAST-0004", "Cause: ", "refused"));
        assertFalse(log.has("HOLDFAST-0101"));
    }

    @Test
    @OperateOnDeployment("unreachable")
    @DisplayName("an acquisition is tried three times; after several failures, calls are refused without querying the"
            + " database")
    void shouldRetryAndThenBreak() {
        LockException failure = assertThrows(LockUnavailableException.class, () -> locker.acquire(REQUEST));
        assertTrue(failure.getMessage().contains("HOLDFAST-0004"), failure.getMessage());
        assertEquals(List.of("failed", "failed", "failed"), listener.take());

        for (int i = 0; i < 3; i++) {
            failure = assertThrows(LockUnavailableException.class, () -> locker.tryAcquire(REQUEST));
        }
        assertRefused(failure);
        assertEquals(7, listener.take().size(), "the tenth failure opens it");
        assertThrows(LockUnavailableException.class, () -> locker.tryAcquire(REQUEST));
        assertEquals(List.of(), listener.take(), "the database is not asked");
    }

    @Test
    @OperateOnDeployment("silent")
    @DisplayName("a database that accepts connections but does not answer opens the circuit breaker, which then refuses"
            + " calls at once")
    void shouldBreakForSilentDatabase() {
        Nowhere silent = Nowhere.silent();
        try {
            for (int i = 0; i < FAILURES; i++) {
                LockException failure = assertUnreachable();
                assertFalse(isRefusal(failure), failure.getMessage());
            }

            long begunNanos = System.nanoTime();
            LockException refused = assertThrows(LockUnavailableException.class, () -> locker.acquire(REQUEST));
            long millis = (System.nanoTime() - begunNanos) / 1_000_000;

            assertRefused(refused);
            assertTrue(millis < DELAY.toMillis(), () -> "refused after " + millis + " ms");
        } finally {
            silent.close();
        }
    }

    @Test
    @OperateOnDeployment("outage")
    @DisplayName("after an outage, the first call that the database answers closes the circuit breaker, and no later"
            + " call is refused")
    void shouldRecover() throws Exception {
        failUntilOpen();
        try {
            Nowhere recovered = Nowhere.recovered();
            try {
                PgLocks.eventually("it closes", this::isAcquired);
                for (int i = 0; i < 3 * FAILURES; i++) {
                    assertTrue(isAcquired(), "after the first success");
                }
            } finally {
                recovered.close();
            }
            failUntilOpen();
        } finally {
            Nowhere.remove();
        }
    }

    private boolean isAcquired() {
        try {
            locker.acquire(REQUEST).release();
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (LockException e) {
            return false;
        }
    }

    private void failUntilOpen() {
        LockException failure = null;
        for (int i = 0; i <= FAILURES && !isRefusal(failure); i++) {
            failure = assertUnreachable();
        }
        assertRefused(failure);
    }

    /** A connect that is not answered looks like an exhausted pool, so it is reported as a timeout. */
    private LockException assertUnreachable() {
        LockException failure = assertThrows(LockException.class, () -> locker.acquire(REQUEST));
        assertTrue(
                failure instanceof LockUnavailableException || failure instanceof LockConnectionTimeoutException,
                failure::toString);
        return failure;
    }

    private static boolean isRefusal(LockException failure) {
        return failure != null && failure.getMessage().contains("HOLDFAST-0107");
    }

    private static void assertRefused(LockException failure) {
        assertTrue(isRefusal(failure), failure.getMessage());
        assertFalse(failure.getMessage().contains("unreachable"), "the key of another caller is not shown");
    }
}
