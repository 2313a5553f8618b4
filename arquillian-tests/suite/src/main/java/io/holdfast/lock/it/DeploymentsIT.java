// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.it.beans.KeyEjb;
import io.holdfast.lock.postgres.PostgresLocker;
import java.nio.file.Files;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several deployments of one server and another JVM, this one; and deployments that must fail. */
@ArquillianTest
@RunAsClient
public class DeploymentsIT extends ObservingTest {

    private static final String KEY = "deployments/key";

    /**
     * A class of ours, except in the note of Payara that it has a health check; a message except that of the start, and those about other
     * tests; and Weld's that it leaves out a class.
     */
    private static final Pattern ALARMING =
            Pattern.compile("(?<!Registered )io[./]holdfast[./]lock[./](ee|integration|postgres)"
                    + "|HOLDFAST-(?!0101|0130: holdfast\\.test\\.)|WELD-000119");

    /** With the jars in its lib; those below have them in WEB-INF/lib. */
    @Deployment(name = "first", managed = false, testable = false)
    static EnterpriseArchive first() {
        return Archives.injectingIntoServlets(Archives.ear("first", new Class<?>[] {KeyEjb.class}, LockServlet.class));
    }

    @Deployment(name = "second", managed = false, testable = false)
    static WebArchive second() {
        return Archives.war("second", LockServlet.class);
    }

    @Deployment(name = "other-namespace", managed = false, testable = false)
    static WebArchive otherNamespace() {
        return Archives.war("other-namespace", Map.of("holdfast.namespace", "7"), LockServlet.class);
    }

    @Deployment(name = "not-postgres", managed = false, testable = false)
    static WebArchive notPostgres() {
        return Archives.war("not-postgres", Map.of("holdfast.datasource", "jdbc/other"));
    }

    @Deployment(name = "no-data-source", managed = false, testable = false)
    static WebArchive noDataSource() {
        return Archives.war("no-data-source", Map.of("holdfast.datasource", "jdbc/misspelt"));
    }

    @Deployment(name = "bad-setting", managed = false, testable = false)
    static WebArchive badSetting() {
        return Archives.war("bad-setting", Map.of("holdfast.connection-timeout", "soon"));
    }

    @Deployment(name = "bad-lock-setting", managed = false, testable = false)
    static WebArchive badLockSetting() {
        return Archives.war("bad-lock-setting", Map.of("holdfast.lock.a.b/c.lease", "strict"));
    }

    @Test
    @DisplayName("C1, C19: deployments and JVMs exclude each other; undeploying a deployment releases its locks")
    void shouldExcludeDeploymentsAndJvms() throws Exception {
        deployer.deploy("first");
        assertTrue(tryAcquire("first"));
        Set<String> threadsOfFirst = threads();
        assertFalse(threadsOfFirst.isEmpty());
        deployer.deploy("second");
        deployer.deploy("other-namespace");
        try (PostgresLocker here = Environment.locker()) {
            List<Long> lockId = List.of(here.lockId(KEY));
            assertFalse(tryAcquire("second"), "refused to another deployment");
            assertTrue(here.tryAcquire(LockRequest.of(KEY)).isEmpty(), "refused to another JVM");
            assertTrue(tryAcquire("other-namespace"), "another namespace, another lock");
            assertEquals(1, ServerView.rows(lockId));

            deployer.undeploy("first");

            assertEquals(0, ServerView.rows(lockId), "free when the undeployment has ended");
            assertTrue(tryAcquire("second"));
            assertFalse(threads().isEmpty(), "the other deployment has its threads");
            assertTrue(
                    Collections.disjoint(threads(), threadsOfFirst), "its own threads have ended with the deployment");
            assertTrue(here.tryAcquire(LockRequest.of(KEY)).isEmpty(), "refused to another JVM");
            release("second");
            LockHandle handle = here.tryAcquire(LockRequest.of(KEY)).orElseThrow();
            assertFalse(tryAcquire("second"), "another JVM holds it");
            handle.release();
        } finally {
            deployer.undeploy("second");
            deployer.undeploy("other-namespace");
        }
        assertEquals(0, ServerView.advisoryLocks(), "nothing is left by any of them");
    }

    @Test
    @DisplayName("a mistake in the configuration fails the deployment with a message that states the remedy")
    void shouldFailDeployment() {
        assertFails("not-postgres", "HOLDFAST-0103", "H2", "holdfast.datasource");
        assertFails("no-data-source", "HOLDFAST-0104", "jdbc/misspelt");
        assertFails("bad-setting", "HOLDFAST-0105", "holdfast.connection-timeout", "soon");
        assertFails("bad-lock-setting", "HOLDFAST-0105", "holdfast.lock.a.b/c.lease", "strict");
    }

    @ParameterizedTest
    @ValueSource(strings = {"first", "second"})
    @DisplayName("a healthy application is deployed and undeployed without a warning about locks or missing classes")
    void shouldLogNothingAlarming(String deployment) throws Exception {
        int before = Files.readString(Environment.logFile()).length();
        whileDeployed(deployment, application -> {
            assertTrue(tryAcquire(deployment));
            release(deployment);
        });
        List<String> log = Files.readString(Environment.logFile())
                .substring(before)
                .lines()
                .toList();

        assertTrue(log.stream().anyMatch(line -> line.contains("HOLDFAST-0101")), log::toString);
        assertEquals(
                List.of(),
                log.stream().filter(line -> ALARMING.matcher(line).find()).toList());
    }

    private static boolean tryAcquire(String deployment) {
        return Boolean.parseBoolean(new RemoteDeployment(deployment).lock("try", KEY));
    }

    private static void release(String deployment) {
        new RemoteDeployment(deployment).lock("release", KEY);
    }

    private static Set<String> threads() {
        String threads = OBSERVER.post("observer?what=threads");
        return threads.equals("[]")
                ? Set.of()
                : Set.of(threads.substring(1, threads.length() - 1).split(", "));
    }
}
