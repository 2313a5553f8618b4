// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.benchmark.contender.Contender;
import io.holdfast.benchmark.workload.Contention.Order;
import io.holdfast.benchmark.workload.Contention.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is measured with. */
class MeasuresTest {

    @Test
    void shouldFindQuantilesWithinOnePercent() {
        Histogram histogram = new Histogram();
        for (int i = 1; i <= 100_000; i++) {
            histogram.add(i);
        }

        assertEquals(10_000, histogram.quantile(0.1), 100);
        assertEquals(50_000, histogram.quantile(0.5), 500);
        assertEquals(99_000, histogram.quantile(0.99), 990);
        assertEquals(
                histogram.quantile(0.5), Histogram.decode(histogram.encode()).quantile(0.5));
    }

    @Test
    void shouldCountHoldersThatMeetAndEntriesThatAreMissing(@TempDir Path directory) throws Exception {
        Section section = new Section(directory.resolve("section"));
        section.reset();
        section.enter(1);
        section.leave(1);
        section.enter(2);
        section.leave(2);
        assertEquals(0, section.violations(2));
        assertEquals(1, section.violations(3), "an entry is missing");

        section.enter(1);
        section.enter(2);
        assertEquals(1, section.violations(4), "two have met");
        section.leave(1);
        assertEquals(2, section.violations(4), "it was no longer the holder");
    }

    /** A lock that excludes nobody: what counts violations must find them. */
    @Test
    void shouldFindALockThatExcludesNobody(@TempDir Path directory) throws Exception {
        Contender open = new Contender() {

            @Override
            public Object tryAcquire(String key) {
                return key;
            }

            @Override
            public Object acquire(String key, Duration atMost) {
                return key;
            }

            @Override
            public void release(Object held) {
                // Nothing is held.
            }
        };
        Section section = new Section(directory.resolve("section"));
        section.reset();
        Order order = new Order("key", 4, Duration.ZERO, Duration.ofSeconds(1), Duration.ofMillis(1));

        Outcome outcome = new Contention(open, section, 0).run(order, System.nanoTime());

        assertTrue(section.violations(outcome.entries()) > 0);
    }

    @Test
    void shouldHandOutcomesToAnotherJvm() {
        Histogram waits = new Histogram();
        waits.add(1_000_000);
        Outcome outcome = new Outcome(List.of(3L, 4L), waits, 9, 1, 0.5);

        Outcome decoded = Outcome.decode(outcome.encode().split(" "), 0);

        assertEquals(7, decoded.acquisitions());
        assertEquals(9, decoded.entries());
        assertEquals(1, decoded.timeouts());
        assertEquals(0.5, decoded.roundTrips());
        assertEquals(outcome.waits().millis(0.99), decoded.waits().millis(0.99));
    }
}
