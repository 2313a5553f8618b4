// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.Locker;
import io.holdfast.lock.cdi.page.BoxOffice;
import io.holdfast.lock.cdi.page.Seats;
import io.holdfast.lock.testkit.postgres.TestDatabase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The integration test of docs/testing.md. */
class PageOnDatabaseIT extends ContainerTest {

    // snippet: test
    static final TestDatabase DATABASE = TestDatabase.start();

    /** Where the locks live. */
    @ApplicationScoped
    static class Database {

        @Produces
        @ApplicationScoped
        DataSource dataSource() {
            return DATABASE.dataSource();
        }
    }

    @Test
    void shouldLockOnTheServer() throws InterruptedException {
        try (SeContainer application = SeContainerInitializer.newInstance()
                .addBeanClasses(Database.class, BoxOffice.class, Seats.class)
                .initialize()) {
            Locker locker = application.select(Locker.class).get();
            LockAdmin admin = application.select(LockAdmin.class).get();
            BoxOffice office = application.select(BoxOffice.class).get();

            assertTrue(locker.withLock("seat/A1", () -> admin.lock("seat/A1").isPresent()));
            assertTrue(office.sell("A1"));
            assertFalse(office.sell("A1"));
        }
    }
    // end
}
