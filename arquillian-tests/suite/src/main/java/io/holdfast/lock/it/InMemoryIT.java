// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.beans.Keys;
import io.holdfast.lock.it.beans.LocksInMemory;
import io.holdfast.lock.it.beans.SkippingBean;
import io.holdfast.lock.it.beans.StatelessEjb;
import io.holdfast.lock.testkit.InMemoryLocking;
import jakarta.annotation.Resource;
import jakarta.inject.Inject;
import jakarta.transaction.UserTransaction;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Applications whose locks are in memory, as in tests of their users. They have no usable data source. */
@ArquillianTest
public class InMemoryIT {

    private static final Map<String, String> NO_DATA_SOURCE = Map.of("holdfast.datasource", "jdbc/missing");

    @Inject
    private InMemoryLocking locking;

    @Inject
    private Locker locker;

    @Inject
    private SkippingBean bean;

    @Inject
    private StatelessEjb ejb;

    @Resource(lookup = "java:comp/UserTransaction")
    private UserTransaction transaction;

    @Deployment(name = "war")
    static WebArchive war() {
        return Archives.testWar("in-memory-war", InMemoryIT.class, NO_DATA_SOURCE, beans())
                .addAsLibraries(Archives.file("lock-testkit.jar"));
    }

    @Deployment(name = "ear")
    static EnterpriseArchive ear() {
        return Archives.testEar("in-memory-ear", InMemoryIT.class, NO_DATA_SOURCE, beans())
                .addAsLibraries(Archives.file("lock-testkit.jar"));
    }

    private static Class<?>[] beans() {
        return new Class<?>[] {LocksInMemory.class, SkippingBean.class, StatelessEjb.class};
    }

    @Test
    @OperateOnDeployment("war")
    @DisplayName(
            "with locks in memory, a WAR locks without a database: the Locker, a CDI bean, and an EJB until its commit")
    void shouldLockInWar() throws Exception {
        assertLocksInMemory();
    }

    @Test
    @OperateOnDeployment("ear")
    @DisplayName(
            "with locks in memory, an EAR locks without a database: the Locker, a CDI bean, and an EJB until its commit")
    void shouldLockInEar() throws Exception {
        assertLocksInMemory();
    }

    private void assertLocksInMemory() throws Exception {
        assertFalse(locker.withLock(Keys.SHARED, this::isFreeElsewhere), "held by the Locker");
        assertFalse(ejb.call(this::isFreeElsewhere), "held by the EJB");
        try (LockHandle elsewhere = locking.anotherServer().acquire(Keys.SHARED)) {
            assertNull(bean.text(), () -> "skipped, since another server holds " + elsewhere.key());
        }
        assertEquals("ran", bean.text());

        transaction.begin();
        ejb.call(() -> true);
        assertFalse(isFreeElsewhere(), "held until the end of the transaction");
        transaction.commit();
        assertTrue(isFreeElsewhere());
    }

    private boolean isFreeElsewhere() throws InterruptedException {
        return locking.anotherServer()
                .tryAcquire(Keys.SHARED)
                .map(handle -> {
                    handle.close();
                    return true;
                })
                .orElse(false);
    }
}
