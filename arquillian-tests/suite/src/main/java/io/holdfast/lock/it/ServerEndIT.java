// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.postgres.PostgresLocker;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.ContainerController;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.container.test.api.TargetsContainer;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A server that ends while it holds locks and has others wait for them, and one beside it that goes on. */
@ArquillianTest
@RunAsClient
@DisplayName("Server shutdown")
public class ServerEndIT extends DeployingTest {

    /** What the server gives to running requests, of which those that wait for locks do not end by themselves. */
    private static final long GRACE_SECONDS = Long.getLong("server.grace.seconds", 0);

    private static final String AFTER_QUIESCE = "only after the 30 s that the server gives to running requests,"
            + " including requests that wait for locks, and 60 s more with `mpMetrics`; the waiting requests are"
            + " notified only then. `server stop --force` does not wait";

    private static final long LIMIT_SECONDS = GRACE_SECONDS + 10;

    /** Held by the server that ends; the other one waits for the first of them. */
    private static final List<String> ENDING =
            IntStream.range(0, 5).mapToObj(i -> "ending/" + i).toList();

    /** Held by the surviving server. The ending server waits for it at the database, and for its own keys locally. */
    private static final String SURVIVING = "surviving";

    private static final RemoteDeployment SURVIVOR = new RemoteDeployment("survivor");

    /** Of the server that ends. */
    private ProcessHandle process;

    @ArquillianResource
    private ContainerController servers;

    @Deployment(name = "survivor", managed = false, testable = false)
    @TargetsContainer("one")
    static WebArchive survivor() {
        return war("survivor");
    }

    /** One for each end, since a server that was ended may still have its deployment when it starts again. */
    @Deployment(name = "stopped", managed = false, testable = false)
    @TargetsContainer("two")
    static WebArchive stopped() {
        return war("stopped");
    }

    @Deployment(name = "terminated", managed = false, testable = false)
    @TargetsContainer("two")
    static WebArchive terminated() {
        return war("terminated");
    }

    @Deployment(name = "killed", managed = false, testable = false)
    @TargetsContainer("two")
    static WebArchive killed() {
        return war("killed");
    }

    private static WebArchive war(String name) {
        return Archives.war(name, LockServlet.class, LoadServlet.class, ProcessServlet.class);
    }

    @BeforeEach
    void startSecondServer() {
        deployer.deploy("survivor");
        servers.start("two");
    }

    /** Informs Arquillian, too, if the server has ended by other means; the adapter may treat that as an error. */
    @AfterEach
    void stopSecondServer() {
        try {
            servers.stop("two");
        } catch (Exception e) {
            assertFalse(process.isAlive(), e::toString);
        }
        deployer.undeploy("survivor");
        assertEquals(0, ServerView.advisoryLocks(), "nothing is left by any of them");
        assertEquals(List.of(), ServerView.sessionsInUse());
    }

    @Test
    @Differs(on = "Open Liberty", how = AFTER_QUIESCE)
    @DisplayName("C19: a server that is stopped releases its locks and ends its sessions itself")
    void shouldFreeLocksWhenStopped() throws Exception {
        assertEquals(0, sessionsEndedBadlyBy("stopped", process -> servers.stop("two")));
    }

    @Test
    @Differs(on = "Open Liberty", how = AFTER_QUIESCE)
    @DisplayName("C19: a server that is terminated releases its locks and ends its sessions itself")
    void shouldFreeLocksWhenTerminated() throws Exception {
        assertEquals(0, sessionsEndedBadlyBy("terminated", ProcessHandle::destroy));
    }

    @Test
    @DisplayName("C19: a server that has been killed no longer holds any lock")
    void shouldFreeLocksWhenKilled() throws Exception {
        assertNotEquals(0, sessionsEndedBadlyBy("killed", ProcessHandle::destroyForcibly), "it was under load");
    }

    private interface End {
        void of(ProcessHandle process);
    }

    private long sessionsEndedBadlyBy(String deployment, End end) throws Exception {
        deployer.deploy(deployment);
        RemoteDeployment ending = new RemoteDeployment("two", deployment);
        ENDING.forEach(key -> assertEquals("true", ending.lock("try", key)));
        assertEquals("true", SURVIVOR.lock("try", SURVIVING));
        List<CompletableFuture<HttpResponse<String>>> waiters = ending.waitFor(
                Stream.concat(ENDING.stream(), Stream.of(SURVIVING)).toList());
        CompletableFuture<HttpResponse<String>> successor = SURVIVOR.postAsync("lock?do=wait&key=" + ENDING.get(0));
        ending.post("load?threads=8");
        SURVIVOR.post("load?threads=8");
        List<Long> waitedFor = lockIds(List.of(ENDING.get(0), SURVIVING));
        List<Long> onlyOfEnding = lockIds(ENDING.subList(1, ENDING.size()));
        PgLocks.eventually(
                "both servers have load, and wait for each other",
                () -> ending.granted() > 100 && SURVIVOR.granted() > 100 && ServerView.waits(waitedFor) == 2);
        process = ProcessHandle.of(Long.parseLong(ending.post("process"))).orElseThrow();
        long endedBadlyBefore = ServerView.sessionsEndedBadly();

        long startNanos = System.nanoTime();
        CompletableFuture<Long> freed = millisUntil(() -> ServerView.rows(onlyOfEnding) == 0, startNanos);
        CompletableFuture<Long> waitsGone = millisUntil(() -> ServerView.waits(waitedFor) == 0, startNanos);
        CompletableFuture<Long> succeeded = successor.thenApply(response -> {
            assertEquals("granted", response.body());
            return millisSince(startNanos);
        });
        end.of(process);
        process.onExit().get(60, TimeUnit.SECONDS);
        long ended = millisSince(startNanos);

        long freedMillis = freed.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        long succeededMillis = succeeded.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        long waitsGoneMillis = waitsGone.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        System.out.printf(
                "%s: locks free after %d ms, the first with its next holder after %d ms, waits gone after %d ms;"
                        + " process ended after %d ms%n",
                deployment, freedMillis, succeededMillis, waitsGoneMillis, ended);
        assertTrue(Math.max(Math.max(freedMillis, succeededMillis), waitsGoneMillis) < LIMIT_SECONDS * 1000);
        RemoteDeployment.assertNoneIsGranted(waiters);
        assertEquals("true", SURVIVOR.lock("release", SURVIVING));
        int grantedThen = SURVIVOR.granted();
        PgLocks.eventually("the other server goes on", () -> SURVIVOR.granted() > grantedThen + 100);
        return ServerView.sessionsEndedBadly() - endedBadlyBefore;
    }

    private static CompletableFuture<Long> millisUntil(BooleanSupplier condition, long startNanos) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                PgLocks.eventually("no lock or wait of the ended server is left", LIMIT_SECONDS, condition);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return millisSince(startNanos);
        });
    }

    private static long millisSince(long startNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    private static List<Long> lockIds(List<String> keys) {
        try (PostgresLocker locker = Environment.locker()) {
            return keys.stream().map(locker::lockId).toList();
        }
    }
}
