// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.IfBusy;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.inject.Inject;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Methods of beans run under their locks in a container without a server. */
class LockedBeansIT extends CdiTest {

    /** Where the locks live. */
    @ApplicationScoped
    static class Locks {

        @Produces
        @ApplicationScoped
        DataSource dataSource() {
            return DATABASE.dataSource();
        }
    }

    /** The annotation of the superclass is inherited. */
    @Locked("class")
    static class Base {

        @Inject
        CurrentLock lock;

        List<String> inherited() {
            return lock.keys();
        }
    }

    /** Annotated in several ways. */
    @ApplicationScoped
    static class Work extends Base {

        @Inject
        Others others;

        @Locked("order/#{id}")
        List<String> order(long id) {
            return lock.keys();
        }

        @Locked("outer")
        List<String> outer() {
            return others.inner();
        }

        @Locked(value = "report", ifBusy = IfBusy.SKIP)
        String report() {
            return "written";
        }
    }

    /** Called by the bean above. */
    @ApplicationScoped
    static class Others {

        @Inject
        CurrentLock lock;

        @Locked("outer")
        List<String> inner() {
            return lock.keys();
        }
    }

    @Test
    void shouldRunUnderTheLock() {
        try (SeContainer application = start(Locks.class, Work.class, Others.class)) {
            Work work = application.select(Work.class).get();

            assertEquals(List.of("class"), work.inherited());
            assertEquals(List.of("order/7"), work.order(7));
        }
    }

    @Test
    void shouldReuseTheLockOfTheCallChain() {
        try (SeContainer application = start(Locks.class, Work.class, Others.class)) {
            assertEquals(List.of("outer"), application.select(Work.class).get().outer());
        }
    }

    @Test
    void shouldSkipWhatAnotherHolderDoes() throws InterruptedException {
        try (SeContainer application = start(Locks.class, Work.class, Others.class)) {
            Work work = application.select(Work.class).get();
            try (LockHandle held = application.select(Locker.class).get().acquire(LockRequest.of("report"))) {
                assertTrue(held.isHeld());
                assertNull(work.report());
            }

            assertEquals("written", work.report());
        }
    }
}
