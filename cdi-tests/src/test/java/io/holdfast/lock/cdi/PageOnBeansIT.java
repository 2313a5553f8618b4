// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.cdi.page.BoxOffice;
import io.holdfast.lock.cdi.page.Seats;
import io.holdfast.lock.testkit.InMemoryLocking;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The tests of docs/testing.md with locks in memory under {@code @Locked}. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageOnBeansIT extends ContainerTest {

    // snippet: start
    private SeContainer application;
    private InMemoryLocking locking;
    private BoxOffice office;

    @BeforeEach
    void startApplication() {
        application = SeContainerInitializer.newInstance()
                .addBeanClasses(InMemoryLocking.class, BoxOffice.class, Seats.class)
                .initialize();
        locking = application.select(InMemoryLocking.class).get();
        office = application.select(BoxOffice.class).get();
    }

    @AfterEach
    void endApplication() {
        application.close();
    }
    // end

    // snippet: wait
    @Test
    void shouldWaitForTheServerThatSellsTheSeat() throws InterruptedException {
        LockHandle elsewhere = locking.anotherServer().acquire("seat/A1");
        CompletableFuture<Boolean> sale = CompletableFuture.supplyAsync(() -> office.sell("A1"));
        assertTrue(locking.locks().awaitWaiters("seat/A1", 1, Duration.ofSeconds(10)));

        elsewhere.release();
        assertTrue(sale.join());
    }
    // end

    // snippet: require
    @Test
    void shouldTakeASeatOnlyUnderItsLock() {
        Seats seats = application.select(Seats.class).get();

        assertThrows(IllegalStateException.class, () -> seats.take("A1"));
        assertTrue(seats.isFree("A1"));
    }
    // end
}
