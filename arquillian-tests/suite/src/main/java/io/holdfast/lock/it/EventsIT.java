// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.beans.EventLog;
import io.holdfast.lock.it.beans.GrantListener;
import io.holdfast.lock.it.beans.StatelessEjb;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The CDI events that observers receive. */
@ArquillianTest
public class EventsIT {

    private static final List<String> EVENTS =
            List.of("LockAcquired", "LockContended", "LockContended by timeout", "LockReleased");

    @Inject
    private Locker locker;

    @Inject
    private EventLog log;

    @Inject
    private GrantListener listener;

    @Inject
    private Instance<GrantListenerOfWeb> listenerOfWeb;

    @Deployment(name = "ear")
    static EnterpriseArchive ear() {
        EnterpriseArchive ear =
                Archives.testEar(EventsIT.class, Map.of(), EventLog.class, GrantListener.class, StatelessEjb.class);
        Archives.web(ear).addClass(GrantListenerOfWeb.class);
        return ear;
    }

    @Deployment(name = "war")
    static WebArchive war() {
        return Archives.testWar(
                "events-alone",
                EventsIT.class,
                Map.of(),
                EventLog.class,
                GrantListener.class,
                GrantListenerOfWeb.class);
    }

    @Test
    @OperateOnDeployment("ear")
    @DisplayName("synchronous and asynchronous observers in an EJB jar are notified of grants, contention, releases and"
            + " losses")
    void shouldTellInEar() throws Exception {
        assertTold(LockRequest.of("events/ear"));
        assertEquals(1, listenerOfWeb.get().grants("events/ear"), "a LockListener in the WAR is notified, too");
        assertLossTold("events/ear/lost");
    }

    @Test
    @OperateOnDeployment("war")
    @DisplayName(
            "synchronous and asynchronous observers in a WAR are notified of grants, contention, releases and losses")
    void shouldTellInWar() throws Exception {
        assertTold(LockRequest.of("events/war"));
        assertLossTold("events/war/lost");
    }

    @Test
    @OperateOnDeployment("war")
    @DisplayName("exceptions thrown by an observer do not affect the lock")
    void shouldContainFailingObservers() throws Exception {
        assertTold(LockRequest.of("events/unlucky").name(EventLog.UNLUCKY));
    }

    private void assertTold(LockRequest request) throws Exception {
        try (LockHandle handle = locker.acquire(request)) {
            assertTrue(locker.tryAcquire(request).isEmpty());
            assertThrows(LockNotAcquiredException.class, () -> locker.acquire(request, Duration.ofMillis(50)));
            assertTrue(handle.isHeld());
        }
        assertEquals(1, listener.grants(request.key()), "a LockListener is notified once");
        assertEquals(0, PgLocks.holders(locker.lockId(request.key())));
        PgLocks.eventually("told", () -> log.events(request.key()).equals(EVENTS));
        PgLocks.eventually(
                "told asynchronously", () -> log.asyncEvents(request.key()).equals(EVENTS));
    }

    private void assertLossTold(String key) throws Exception {
        List<String> expected = List.of("LockAcquired", "LockLost");
        try (LockHandle handle = locker.acquire(LockRequest.of(key))) {
            PgLocks.endSessionOf(locker.lockId(key));
            PgLocks.eventually("told", () -> log.events(key).equals(expected));
            PgLocks.eventually("told asynchronously", () -> log.asyncEvents(key).equals(expected));
            assertTrue(!handle.isHeld());
        }
    }
}
