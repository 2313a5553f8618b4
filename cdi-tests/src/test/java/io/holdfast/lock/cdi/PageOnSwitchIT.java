// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.lock.cdi.page.BoxOffice;
import io.holdfast.lock.cdi.page.Seats;
import io.holdfast.lock.testkit.InMemoryLocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.inject.Inject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The test of docs/testing.md that shows what happens without the lock. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageOnSwitchIT extends ContainerTest {

    private SeContainer application;
    private InMemoryLocking locking;
    private BoxOffice office;

    @BeforeEach
    void startApplication() {
        application = start(InMemoryLocking.class, BoxOffice.class, SlowSeats.class);
        locking = application.select(InMemoryLocking.class).get();
        office = application.select(BoxOffice.class).get();
    }

    @AfterEach
    void endApplication() {
        application.close();
    }

    // snippet: slow
    /** Lets two buyers look at a seat before one of them takes it, unless one has to wait for the lock. */
    @ApplicationScoped
    static class SlowSeats extends Seats {

        @Inject
        InMemoryLocking locking;

        private final CountDownLatch looking = new CountDownLatch(2);

        @Override
        public boolean isFree(String seat) {
            boolean isFree = super.isFree(seat);
            looking.countDown();
            while (looking.getCount() > 0 && locking.locks().waiters("seat/" + seat) == 0) {
                Thread.onSpinWait();
            }
            return isFree;
        }
    }
    // end

    // snippet: switch
    @Test
    void shouldSellASeatOnce() {
        CompletableFuture<Boolean> other = CompletableFuture.supplyAsync(() -> office.sell("A1"));
        boolean here = office.sell("A1");

        assertNotEquals(here, other.join(), "one of two buyers gets the seat");
    }

    @Test
    void shouldNeedTheLock() {
        locking.locks().turnOff();

        assertThrows(AssertionError.class, this::shouldSellASeatOnce);
    }
    // end
}
