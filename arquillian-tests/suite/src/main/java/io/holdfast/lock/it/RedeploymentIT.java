// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.it.beans.CdiBean;
import io.holdfast.lock.it.beans.Keys;
import io.holdfast.lock.it.beans.RetryingBean;
import io.holdfast.lock.it.beans.StatelessEjb;
import io.holdfast.lock.postgres.PostgresLocker;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a deployment leaves behind: no lock, no connection, no thread, no class loader. */
@ArquillianTest
@RunAsClient
@Tag("class-loaders")
public class RedeploymentIT extends ObservingTest {

    private static final int ROUNDS = 10;

    /** For each application with the product, one without it that shows what the server itself keeps of its like. */
    private static final Map<String, String> WITHOUT = Map.of(
            "redeployed-pinned", "redeployed-retrying",
            "redeployed-shared", "redeployed-without");

    private static final List<String> HELD = List.of("held/0", "held/1", "held/2");

    /** Held by another JVM: the deployment waits for it at the database. It waits for its own keys locally. */
    private static final LockRequest ELSEWHERE = LockRequest.of("held/elsewhere");

    private static final Class<?>[] BEANS = {Keys.class, StatelessEjb.class, CdiBean.class, PgLocks.class};
    private static final Class<?>[] SERVLETS = {
        LockServlet.class, LoadServlet.class, ExerciseServlet.class, Loaders.class
    };

    private final Set<String> deployed = new HashSet<>();

    @Deployment(name = "redeployed-pinned", managed = false, testable = false)
    static EnterpriseArchive pinned() {
        return Archives.injectingIntoServlets(Archives.ear("redeployed-pinned", BEANS, SERVLETS));
    }

    @Deployment(name = "redeployed-shared", managed = false, testable = false)
    static WebArchive shared() {
        return Archives.war("redeployed-shared", Map.of("holdfast.sessions", "shared"), BEANS)
                .addClasses(Archives.withSuperclasses(SERVLETS));
    }

    /**
     * To see what the server itself keeps of an EAR with a bean under Fault Tolerance in its lib. Payara 6.2025.10 keeps them all:
     * FaultToleranceServiceImpl and FaultTolerancePolicy forget only the methods of classes of the EAR's own class loader, not of
     * those of its lib and its WARs.
     */
    @Deployment(name = "redeployed-retrying", managed = false, testable = false)
    static EnterpriseArchive retrying() {
        return ShrinkWrap.create(EnterpriseArchive.class, "redeployed-retrying.ear")
                .addAsLibrary(ShrinkWrap.create(JavaArchive.class, "retrying.jar")
                        .addClass(RetryingBean.class)
                        .addAsManifestResource(EmptyAsset.INSTANCE, "beans.xml"))
                .addAsModule(ShrinkWrap.create(WebArchive.class, "redeployed-retrying.war")
                        .addClasses(Archives.withSuperclasses(Loaders.class, RetryServlet.class))
                        .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml"));
    }

    /** To see what the server itself keeps of a WAR with such a bean. */
    @Deployment(name = "redeployed-without", managed = false, testable = false)
    static WebArchive without() {
        return ShrinkWrap.create(WebArchive.class, "redeployed-without.war")
                .addClasses(Archives.withSuperclasses(Loaders.class, RetryServlet.class, RetryingBean.class))
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml");
    }

    @ParameterizedTest
    @Differs(
            on = "Open Liberty",
            how = "undeploying a WAR waits for requests that wait for locks: up to 60 s with `mpMetrics` or"
                    + " `appSecurity`, up to 120 s with `mpTelemetry`, and another 60 s without `<webContainer"
                    + " servletDestroyWaitTime=\"1\"/>`; these requests are notified only then. Undeploying an EAR"
                    + " with the Holdfast jars in its lib does not wait")
    @ValueSource(strings = {"redeployed-pinned", "redeployed-shared"})
    @DisplayName("C19: an application that is undeployed and redeployed under load leaves no lock, connection or"
            + " thread; its waiters are notified")
    void shouldLeaveNothing(String deployment) throws Exception {
        RemoteDeployment application = new RemoteDeployment(deployment);
        try (PostgresLocker here = Environment.locker();
                LockHandle elsewhere = here.acquire(ELSEWHERE)) {
            List<Long> elsewhereId = List.of(here.lockId(elsewhere.key()));
            deploy(deployment);
            work(application);
            assertNotEquals("0", OBSERVER.post("observer?what=connections"), "the server counts");
            assertNotEquals("[]", OBSERVER.post("observer?what=threads"));
            assertNotEquals(List.of(), ServerView.sessionsInUse());
            long startNanos = System.nanoTime();
            undeploy(deployment);
            deploy(deployment);
            System.out.printf("%s: redeployment under load: %d ms%n", deployment, millisSince(startNanos));

            work(application);
            List<CompletableFuture<HttpResponse<String>>> waiters = waitForAll(application, elsewhereId);
            startNanos = System.nanoTime();
            undeploy(deployment);
            System.out.printf("%s: undeployment under load: %d ms%n", deployment, millisSince(startNanos));
            RemoteDeployment.assertNoneIsGranted(waiters);
            assertEquals(1, ServerView.rows(elsewhereId), "held, but not waited for");
        }
        assertNothingIsLeft();
    }

    /** Holds some locks, and starts load; the former deployment's locks must be free. */
    private static void work(RemoteDeployment application) throws InterruptedException {
        HELD.forEach(key -> assertEquals("true", application.lock("try", key), "free at once"));
        application.post("load?threads=8");
        PgLocks.eventually("the load has begun", () -> application.granted() > 100);
    }

    /** Requests that wait for the locks held there, and for one held elsewhere. */
    private static List<CompletableFuture<HttpResponse<String>>> waitForAll(
            RemoteDeployment application, List<Long> elsewhere) throws InterruptedException {
        List<CompletableFuture<HttpResponse<String>>> waiters = application.waitFor(
                Stream.concat(HELD.stream(), Stream.of(ELSEWHERE.key())).toList());
        PgLocks.eventually("one waits at the database", () -> ServerView.waits(elsewhere) == 1);
        return waiters;
    }

    private static void assertNothingIsLeft() {
        assertAll(
                () -> assertEquals(0, ServerView.advisoryLocks(), "locks"),
                () -> assertEquals(List.of(), ServerView.sessionsInUse(), "sessions"),
                // A server's pool may still be closing one that was ended.
                () -> PgLocks.eventually(
                        "no connection is in use",
                        () -> OBSERVER.post("observer?what=connections").equals("0")),
                () -> assertEquals("[]", OBSERVER.post("observer?what=threads"), "threads"));
    }

    @Test
    @Differs(
            on = "Payara",
            how = "Payara's own maps keep the class loaders of an EAR that has a bean under Fault Tolerance in its lib,"
                    + " with or without the Holdfast jars, but not those of a WAR. Put the jars into the WAR, or"
                    + " restart the server occasionally")
    @DisplayName("C19: of ten deployments, at most the last one's class loaders stay in memory, or as many as the"
            + " server keeps for a similar application without Holdfast")
    void shouldLeaveNoClassLoader() throws Exception {
        long startNanos = System.nanoTime();
        for (int i = 0; i < ROUNDS; i++) {
            for (String deployment :
                    List.of("redeployed-pinned", "redeployed-shared", "redeployed-retrying", "redeployed-without")) {
                deploy(deployment);
                assertEquals("done", new RemoteDeployment(deployment).post("exercise"));
                undeploy(deployment);
            }
        }
        System.out.printf("%d redeployments of four applications: %d ms%n", ROUNDS, millisSince(startNanos));
        assertNothingIsLeft();
        for (Map.Entry<String, String> pair : WITHOUT.entrySet()) {
            String deployment = pair.getKey();
            String without = pair.getValue();
            PgLocks.eventually(
                    "the class loaders of " + deployment + " are collected",
                    () -> inMemory(deployment) <= Math.max(1, inMemory(without)));
            System.out.printf(
                    "in memory of %d deployments: %s %d, without the product %s %d%n",
                    ROUNDS, deployment, inMemory(deployment), without, inMemory(without));
        }
    }

    private static int inMemory(String deployment) {
        return Integer.parseInt(OBSERVER.post("observer?what=deployments&of=" + deployment));
    }

    private void deploy(String deployment) {
        deployer.deploy(deployment);
        deployed.add(deployment);
    }

    private void undeploy(String deployment) {
        deployer.undeploy(deployment);
        deployed.remove(deployment);
    }

    @AfterEach
    void undeployAll() {
        List.copyOf(deployed).forEach(this::undeploy);
    }

    private static long millisSince(long startNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }
}
