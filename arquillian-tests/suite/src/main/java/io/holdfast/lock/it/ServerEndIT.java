// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.postgres.LockerConfig;
import io.holdfast.lock.postgres.PostgresLocker;
import io.holdfast.lock.testkit.TestDatabase;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.ContainerController;
import org.jboss.arquillian.container.test.api.Deployer;
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
public class ServerEndIT {

    private static final long LIMIT_SECONDS = 10;

    /** Of these the first is waited for by the surviving server, too; the others are known to the ending one only. */
    private static final List<String> KEYS =
            IntStream.range(0, 5).mapToObj(i -> "end/" + i).toList();

    private static final RemoteDeployment SURVIVOR = new RemoteDeployment("one", "survivor");

    @ArquillianResource
    private ContainerController servers;

    @ArquillianResource
    private Deployer deployer;

    @Deployment(name = "survivor", testable = false)
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
        return Archives.war(name, Map.of(), LockServlet.class, LoadServlet.class, ProcessServlet.class);
    }

    @BeforeEach
    void startSecondServer() {
        servers.start("two");
    }

    /** Tells Arquillian, too, if the server has ended by other means. */
    @AfterEach
    void stopSecondServer() {
        servers.stop("two");
    }

    @Test
    @DisplayName("C19: a server that is stopped has freed its locks, and has ended its sessions itself")
    void shouldFreeLocksWhenStopped() throws Exception {
        assertEquals(0, sessionsEndedBadlyBy("stopped", process -> servers.stop("two")));
    }

    @Test
    @DisplayName("C19: a server that is terminated has freed its locks, and has ended its sessions itself")
    void shouldFreeLocksWhenTerminated() throws Exception {
        assertEquals(0, sessionsEndedBadlyBy("terminated", ProcessHandle::destroy));
    }

    @Test
    @DisplayName("C19: a server that is killed holds no lock any more")
    void shouldFreeLocksWhenKilled() throws Exception {
        assertNotEquals(0, sessionsEndedBadlyBy("killed", ProcessHandle::destroyForcibly), "it was under load");
    }

    private interface End {
        void of(ProcessHandle process);
    }

    private long sessionsEndedBadlyBy(String deployment, End end) throws Exception {
        deployer.deploy(deployment);
        RemoteDeployment ending = new RemoteDeployment("two", deployment);
        KEYS.forEach(key -> assertEquals("true", ending.post("lock?do=try&key=" + key)));
        List<CompletableFuture<HttpResponse<String>>> waiters = KEYS.stream()
                .map(key -> ending.postAsync("lock?do=wait&key=" + key))
                .toList();
        CompletableFuture<HttpResponse<String>> successor = SURVIVOR.postAsync("lock?do=wait&key=" + KEYS.get(0));
        ending.post("load?threads=8");
        SURVIVOR.post("load?threads=8");
        List<Long> onlyOfEnding = lockIds(KEYS.subList(1, KEYS.size()));
        PgLocks.eventually(
                "both servers have load, and all locks are waited for",
                () -> granted(ending) > 100
                        && granted(SURVIVOR) > 100
                        && ServerView.waits(lockIds(KEYS)) == KEYS.size() + 1);
        ProcessHandle process =
                ProcessHandle.of(Long.parseLong(ending.post("process"))).orElseThrow();
        long endedBadlyBefore = ServerView.sessionsEndedBadly();

        long startNanos = System.nanoTime();
        CompletableFuture<Long> freed = CompletableFuture.supplyAsync(() -> millisUntilFree(onlyOfEnding, startNanos));
        CompletableFuture<Long> succeeded = successor.thenApply(response -> {
            assertEquals("granted", response.body());
            return millisSince(startNanos);
        });
        end.of(process);
        process.onExit().get(60, TimeUnit.SECONDS);
        long ended = millisSince(startNanos);

        long freedMillis = freed.get(60, TimeUnit.SECONDS);
        long succeededMillis = succeeded.get(60, TimeUnit.SECONDS);
        System.out.printf(
                "%s: locks free after %d ms, the first with its next holder after %d ms, process ended after %d ms%n",
                deployment, freedMillis, succeededMillis, ended);
        assertTrue(freedMillis < TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
        assertTrue(succeededMillis < TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
        for (CompletableFuture<HttpResponse<String>> waiter : waiters) {
            String answer = waiter.handle((response, failure) ->
                            failure == null ? response.statusCode() + " " + response.body() : failure.toString())
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            System.out.println(
                    "a waiter was told: " + answer.lines().findFirst().orElse(""));
            assertNotEquals("200 granted", answer);
        }
        int grantedThen = granted(SURVIVOR);
        PgLocks.eventually("the other server goes on", () -> granted(SURVIVOR) > grantedThen + 100);
        return ServerView.sessionsEndedBadly() - endedBadlyBefore;
    }

    private static int granted(RemoteDeployment application) {
        return Integer.parseInt(application.post("load?threads=0"));
    }

    private static long millisUntilFree(List<Long> lockIds, long startNanos) {
        try {
            PgLocks.eventually("the locks are free", () -> ServerView.rows(lockIds) == 0);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return millisSince(startNanos);
    }

    private static long millisSince(long startNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    private static List<Long> lockIds(List<String> keys) {
        TestDatabase database = Environment.database();
        try (PostgresLocker locker =
                new PostgresLocker(LockerConfig.DEFAULT, database.dataSource()::getConnection, List.of())) {
            return keys.stream().map(locker::lockId).toList();
        }
    }
}
