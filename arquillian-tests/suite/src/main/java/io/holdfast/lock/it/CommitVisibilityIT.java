// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.it.beans.CounterEjb;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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

/** Who gets a lock sees what its former holder committed: two servers count in one row, in container transactions. */
@ArquillianTest
@RunAsClient
public class CommitVisibilityIT extends DeployingTest {

    private static final int THREADS = 16;
    private static final List<RemoteDeployment> NODES =
            List.of(new RemoteDeployment("one", "counter-one"), new RemoteDeployment("two", "counter-two"));

    @ArquillianResource
    private ContainerController servers;

    @Deployment(name = "counter-one", testable = false)
    @TargetsContainer("one")
    static WebArchive one() {
        return war("counter-one");
    }

    @Deployment(name = "counter-two", managed = false, testable = false)
    @TargetsContainer("two")
    static WebArchive two() {
        return war("counter-two");
    }

    private static WebArchive war(String name) {
        return Archives.war(name, CounterServlet.class, CounterEjb.class);
    }

    @BeforeEach
    void startSecondServer() throws SQLException {
        CounterTable.create();
        servers.start("two");
        deployer.deploy("counter-two");
    }

    @AfterEach
    void stopSecondServer() {
        deployer.undeploy("counter-two");
        servers.stop("two");
    }

    @Test
    @DisplayName("C1, C22: none of 10,000 increments on two servers is lost; if the lock is released before the commit,"
            + " some are lost")
    void shouldSeeWhatFormerHolderCommitted() throws Exception {
        long startNanos = System.nanoTime();
        count(10_000, false);
        System.out.printf(
                "10,000 increments by %d threads on two servers: %d ms%n",
                2 * THREADS, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
        assertEquals(10_000, CounterTable.value());

        CounterTable.reset();
        count(400, true);
        long counted = CounterTable.value();
        System.out.printf("400 increments, the lock released before the commit: %d counted%n", counted);
        assertTrue(counted < 400, "the row, the pools and the threads are such that a lost increment shows");
    }

    private static void count(int times, boolean releasingEarly) {
        String request =
                "counter?threads=" + THREADS + "&times=" + times / NODES.size() + "&releasing-early=" + releasingEarly;
        List<CompletableFuture<HttpResponse<String>>> running =
                NODES.stream().map(node -> node.postAsync(request)).toList();
        running.forEach(answer -> assertEquals("done", answer.join().body()));
    }
}
