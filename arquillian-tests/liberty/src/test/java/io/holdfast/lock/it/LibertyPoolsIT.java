// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.beans.CallingEjb;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.naming.InitialContext;
import javax.sql.DataSource;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Settings of Open Liberty that put a pinned connection at risk, in test-data-sources.xml or in the deployment. */
@ArquillianTest
@DisplayName("Open Liberty's pools")
public class LibertyPoolsIT {

    private static final String REFERENCE = "java:app/env/jdbc/reference";
    private static final LockRequest REQUEST = LockRequest.of("liberty/pools");
    private static final LockRequest OTHER = LockRequest.of("liberty/pools/other");

    @Inject
    private Locker locker;

    @Inject
    private PinnedConnections connections;

    @Inject
    private CallingEjb ejb;

    @Deployment(name = "one-per-thread")
    static WebArchive onePerThread() {
        return war("one-per-thread");
    }

    @Deployment(name = "thread-local")
    static WebArchive threadLocal() {
        return war("thread-local");
    }

    @Deployment(name = "short-lived")
    static WebArchive shortLived() {
        return war("short-lived");
    }

    @Deployment(name = "no-reuse")
    static WebArchive noReuse() {
        return war("no-reuse");
    }

    @Deployment(name = "failing-only")
    static WebArchive failingOnly() {
        return war("failing-only");
    }

    @Deployment(name = "validate-all")
    static WebArchive validateAll() {
        return war("validate-all");
    }

    @Deployment(name = "entire-pool")
    static WebArchive entirePool() {
        return war("work");
    }

    @Deployment(name = "statement-cache")
    static WebArchive statementCache() {
        return war("statement-cache");
    }

    @Deployment(name = "plain-type")
    static WebArchive plainType() {
        return war("plain-type");
    }

    @Deployment(name = "boundary")
    static WebArchive boundary() {
        StringAsset extensions = new StringAsset("""
                <?xml version="1.0" encoding="UTF-8"?>
                <ejb-jar-ext xmlns="http://websphere.ibm.com/xml/ns/javaee"
                             xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                             xsi:schemaLocation="http://websphere.ibm.com/xml/ns/javaee http://websphere.ibm.com/xml/ns/javaee/ibm-ejb-jar-ext_1_1.xsd"
                             version="1.1">
                  <session name="CallingEjb">
                    <local-transaction resolver="CONTAINER_AT_BOUNDARY"/>
                  </session>
                </ejb-jar-ext>
                """);
        return pinned("boundary", "jdbc/work").addAsWebInfResource(extensions, "ibm-ejb-jar-ext.xml");
    }

    @Deployment(name = "shareable")
    static WebArchive shareable() {
        return reference("Shareable");
    }

    @Deployment(name = "unshareable")
    static WebArchive unshareable() {
        return reference("Unshareable");
    }

    private static WebArchive war(String dataSource) {
        return pinned(dataSource, "jdbc/" + dataSource);
    }

    private static WebArchive pinned(String name, String dataSource) {
        return Archives.pinned("pools-" + name, LibertyPoolsIT.class, Map.of("holdfast.datasource", dataSource));
    }

    private static WebArchive reference(String sharing) {
        StringAsset descriptor = new StringAsset("""
                <?xml version="1.0" encoding="UTF-8"?>
                <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
                  <resource-ref>
                    <res-ref-name>%s</res-ref-name>
                    <res-type>javax.sql.DataSource</res-type>
                    <res-sharing-scope>%s</res-sharing-scope>
                    <lookup-name>jdbc/work</lookup-name>
                  </resource-ref>
                </web-app>
                """.formatted(REFERENCE, sharing));
        return pinned(sharing, REFERENCE).setWebXML(descriptor);
    }

    @Test
    @OperateOnDeployment("boundary")
    @DisplayName("C3, C8: with local transactions that end at the EJB's boundary, a lock stays on its session")
    void shouldStayOnSessionWithContainerAtBoundary() throws Exception {
        assertTrue(ejb.notSupported(() -> isSessionShared("jdbc/work")), "the setting is in force");
        assertStays();
    }

    @Test
    @OperateOnDeployment("shareable")
    @DisplayName("C3, C8: with a shareable resource reference, a lock stays on its session")
    void shouldStayOnSessionOfShareableReference() throws Exception {
        assertTrue(ejb.required(() -> isSessionShared(REFERENCE)), "the setting is in force");
        assertStays();
    }

    @Test
    @OperateOnDeployment("unshareable")
    @DisplayName("C3, C8: with an unshareable resource reference, a lock stays on its session")
    void shouldStayOnSessionOfUnshareableReference() throws Exception {
        assertFalse(ejb.required(() -> isSessionShared(REFERENCE)), "the setting is in force");
        assertStays();
    }

    @Test
    @OperateOnDeployment("plain-type")
    @DisplayName("C3, C8: with a data source of type javax.sql.DataSource, a lock stays on its session")
    void shouldStayOnSessionOfPlainType() throws Exception {
        assertStays();
    }

    @Test
    @Differs(
            on = "Open Liberty",
            how = "a lock that would exceed this limit on the locker's threads is refused with"
                    + " LockUnavailableException; no lock is lost")
    @OperateOnDeployment("one-per-thread")
    @DisplayName("C3: with maxConnectionsPerThread=1, a lock stays on its session; some of many simultaneous locks are"
            + " refused")
    void shouldStayOnSessionWithOneConnectionPerThread() throws Exception {
        connections.assertStaysOnSession(locker);
        List<LockHandle> held = new ArrayList<>();

        assertThrows(LockUnavailableException.class, () -> {
            for (int i = 0; i < 20; i++) {
                held.add(locker.acquire(LockRequest.of(REQUEST.key() + i)));
            }
        });

        for (LockHandle handle : held) {
            handle.refresh(LockRequest.UNLIMITED);
            handle.release();
        }
    }

    @Test
    @OperateOnDeployment("thread-local")
    @DisplayName("C3: with numConnectionsPerThreadLocal=1, a lock stays on its session")
    void shouldStayOnSessionWithThreadLocalConnections() throws Exception {
        assertStays();
    }

    @Test
    @OperateOnDeployment("statement-cache")
    @DisplayName("C3, C18: with a prepared statement cache, a lock stays on its session")
    void shouldStayOnSessionWithStatementCache() throws Exception {
        assertStays();
    }

    @Test
    @OperateOnDeployment("no-reuse")
    @DisplayName("C3: with agedTimeout=0, which means that no connection is reused, a lock stays on its session")
    void shouldStayOnSessionWithoutReuse() throws Exception {
        assertStays();
    }

    /** Whether two connections that are open at once are one session: two locks on them would not exclude each other. */
    private static boolean isSessionShared(String dataSource) throws Exception {
        DataSource source = (DataSource) new InitialContext().lookup(dataSource);
        try (Connection one = source.getConnection();
                Connection two = source.getConnection()) {
            return PgLocks.backendPid(one) == PgLocks.backendPid(two);
        }
    }

    private void assertStays() throws Exception {
        connections.assertStaysOnSession(locker);
        connections.assertExcludesUnderLoad(locker);
    }

    @Test
    @OperateOnDeployment("short-lived")
    @DisplayName(
            "C3: if maxIdleTime, reapTime and agedTimeout pass while a lock is held, the lock stays on its session")
    void shouldOutliveTimeouts() throws Exception {
        try (LockHandle held = locker.acquire(REQUEST)) {
            long lockId = locker.lockId(REQUEST.key());
            int pid = PgLocks.pidOf(lockId);
            LockHandle other = locker.acquire(OTHER);
            int otherPid = PgLocks.pidOf(locker.lockId(OTHER.key()));
            other.release();
            PgLocks.eventually(
                    "the other one's idle session is ended",
                    () -> PgLocks.stateOf(otherPid).equals("gone"));

            held.refresh(LockRequest.UNLIMITED);
            assertEquals(pid, PgLocks.pidOf(lockId));
        }
        assertStays();
    }

    @Test
    @OperateOnDeployment("entire-pool")
    @DisplayName("C12: with purgePolicy=EntirePool, a killed session does not affect any other lock")
    void shouldSurvivePurgeOfEntirePool() throws Exception {
        assertSurvivesKilledSession();
    }

    @Test
    @OperateOnDeployment("failing-only")
    @DisplayName("C12: with purgePolicy=FailingConnectionOnly, a killed session does not affect any other lock")
    void shouldSurvivePurgeOfFailingConnection() throws Exception {
        assertSurvivesKilledSession();
        assertStays();
    }

    @Test
    @OperateOnDeployment("validate-all")
    @DisplayName("C12: with purgePolicy=ValidateAllConnections, a killed session does not affect any other lock")
    void shouldSurviveValidationOfAllConnections() throws Exception {
        assertSurvivesKilledSession();
        assertStays();
    }

    private void assertSurvivesKilledSession() throws Exception {
        long lockId = locker.lockId(REQUEST.key());
        try (LockHandle other = locker.acquire(OTHER)) {
            int otherPid = PgLocks.pidOf(locker.lockId(OTHER.key()));
            LockHandle killed = locker.acquire(REQUEST);
            PgLocks.endSessionOf(lockId);

            assertThrows(LockNotHeldException.class, () -> killed.refresh(LockRequest.UNLIMITED));

            assertEquals(LockState.LOST, killed.state());
            other.refresh(LockRequest.UNLIMITED);
            assertEquals(otherPid, PgLocks.pidOf(locker.lockId(OTHER.key())));
            LockHandle again = locker.acquire(REQUEST);
            assertTrue(again.isHeld());
            again.release();
        }
        assertEquals(0, PgLocks.holders(lockId));
        assertEquals(0, PgLocks.holders(locker.lockId(OTHER.key())));
    }
}
