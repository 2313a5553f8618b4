// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockDomain;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.inject.Inject;
import java.util.Optional;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Where there is no JNDI, the data source of the locks is a CDI bean. */
class DataSourceBeanIT extends CdiTest {

    /** The data source of a domain. */
    @ApplicationScoped
    static class BillingDataSource {

        @Produces
        @LockDomain("billing")
        DataSource dataSource() {
            return DATABASE.dataSource();
        }
    }

    /** Does something under a lock. */
    @ApplicationScoped
    static class Work {

        @Inject
        CurrentLock lock;

        @Locked("seat/#{arg0}")
        boolean book(long seat) {
            return lock.isHeld();
        }

        @Inject
        @LockDomain("billing")
        Locker locker;

        @Inject
        @LockDomain("billing")
        LockAdmin admin;

        boolean isBilled() throws InterruptedException {
            return locker.tryWithLock(
                    LockRequest.of("invoice"), () -> admin.lock("invoice").isPresent());
        }

        @Locked(value = "invoice", domain = "billing")
        boolean bill() {
            return lock.isHeld();
        }
    }

    /** Does the same in the default domain only. */
    @ApplicationScoped
    static class PlainWork {

        @Inject
        CurrentLock lock;

        @Locked("seat/#{arg0}")
        boolean book(long seat) {
            return lock.isHeld();
        }
    }

    @Test
    void shouldLockInTheDatabaseOfTheDefaultBean() throws InterruptedException {
        try (SeContainer application = start(Locks.class, PlainWork.class)) {
            assertTrue(application.select(PlainWork.class).get().book(7));
            Locker locker = application.select(Locker.class).get();
            try (LockHandle held = locker.acquire(LockRequest.of("seat/8"))) {
                assertTrue(held.isHeld());
                assertEquals(Optional.empty(), locker.tryAcquire(LockRequest.of("seat/8")));
            }
        }
    }

    @Test
    void shouldLockInTheDatabaseOfTheBeanOfTheDomain() throws InterruptedException {
        try (SeContainer application = start(Locks.class, BillingDataSource.class, Work.class)) {
            Work work = application.select(Work.class).get();
            assertTrue(work.book(7));
            assertTrue(work.bill());
            assertTrue(work.isBilled());
        }
    }

    @Test
    void shouldRefuseDomainWithoutBean() {
        String refusal = refusalOf(Locks.class, Work.class);

        assertTrue(refusal.contains("HOLDFAST-0051: lock domain 'billing' has no data source"), refusal);
    }

    @Test
    void shouldRefuseToChooseAmongSeveralBeans() {
        String refusal = refusalOf(Locks.class, OtherDataSource.class, PlainWork.class);

        assertTrue(refusal.contains("HOLDFAST-0080: the application has several beans for DataSource"), refusal);
    }

    /** A second one of the same kind. */
    @ApplicationScoped
    static class OtherDataSource {

        @Produces
        DataSource dataSource() {
            return DATABASE.dataSource();
        }
    }

    @Test
    void shouldSayWhereADataSourceIsLookedForIfThereIsNone() {
        try (SeContainer application = start(PlainWork.class)) {
            PlainWork work = application.select(PlainWork.class).get();

            DeploymentException failure = assertThrows(DeploymentException.class, () -> work.book(7));

            assertTrue(
                    failure.getMessage().startsWith("HOLDFAST-0104: no data source is bound to"), failure::getMessage);
        }
    }
}
