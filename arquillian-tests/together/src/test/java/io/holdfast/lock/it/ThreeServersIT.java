// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.it.beans.CounterEjb;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.container.test.api.TargetsContainer;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** WildFly, Payara and Open Liberty at the same time, on one PostgreSQL, with one archive. */
@ArquillianTest
@RunAsClient
public class ThreeServersIT {

    private static final int THREADS = 8;
    private static final int TIMES = 1_000;
    private static final List<RemoteDeployment> SERVERS = List.of(
            new RemoteDeployment("one", "together"),
            new RemoteDeployment("two", "together"),
            new RemoteDeployment("three", "together"));

    @Deployment(name = "one", testable = false)
    @TargetsContainer("one")
    static WebArchive onWildFly() {
        return war();
    }

    @Deployment(name = "two", testable = false)
    @TargetsContainer("two")
    static WebArchive onPayara() {
        return war();
    }

    @Deployment(name = "three", testable = false)
    @TargetsContainer("three")
    static WebArchive onLiberty() {
        return war();
    }

    private static WebArchive war() {
        return Archives.war("together", LockServlet.class, CounterServlet.class, CounterEjb.class);
    }

    @BeforeEach
    void makeTable() throws SQLException {
        CounterTable.create();
    }

    @Test
    @DisplayName(
            "C1: three different servers exclude each other: while one of them holds the key, the others are refused")
    void shouldExclude() {
        for (RemoteDeployment holder : SERVERS) {
            assertEquals("true", holder.lock("try", "together"));
            for (RemoteDeployment other : SERVERS) {
                assertEquals("false", other.lock("try", "together"), holder + " holds it");
            }
            assertEquals("true", holder.lock("release", "together"));
        }
    }

    @Test
    @DisplayName(
            "C1, C22: three different servers increment one row in container transactions, and no increment is lost")
    void shouldSeeWhatFormerHolderCommitted() throws SQLException {
        List<CompletableFuture<HttpResponse<String>>> running = SERVERS.stream()
                .map(server ->
                        server.postAsync("counter?threads=" + THREADS + "&times=" + TIMES + "&releasing-early=false"))
                .toList();
        running.forEach(answer -> assertEquals("done", answer.join().body()));

        assertEquals((long) SERVERS.size() * TIMES, CounterTable.value());
    }
}
