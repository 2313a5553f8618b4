// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.contender.Contender;
import io.holdfast.benchmark.machine.CountedSockets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** The threads of one JVM want the same key again and again. */
final class Contention {

    private static final Duration WAIT = Duration.ofSeconds(20);

    /**
     * What to do.
     *
     * @param key what all want
     * @param threads how many of this JVM want it
     * @param warmUp how long before anything counts
     * @param duration how long acquisitions count
     * @param inside how long a holder stays inside the section
     */
    record Order(String key, int threads, Duration warmUp, Duration duration, Duration inside) {

        String encode() {
            return key + " " + threads + " " + warmUp.toNanos() + " " + duration.toNanos() + " " + inside.toNanos();
        }

        static Order decode(String[] words, int from) {
            return new Order(
                    words[from],
                    Integer.parseInt(words[from + 1]),
                    nanos(words[from + 2]),
                    nanos(words[from + 3]),
                    nanos(words[from + 4]));
        }

        private static Duration nanos(String text) {
            return Duration.ofNanos(Long.parseLong(text));
        }
    }

    /**
     * What has happened.
     *
     * @param perThread the acquisitions of each thread in the time that counts
     * @param waits how long they took
     * @param entries all acquisitions, also those before and after that time
     * @param timeouts how often the key was not available within a long time
     * @param roundTrips per acquisition
     */
    record Outcome(List<Long> perThread, Histogram waits, long entries, long timeouts, double roundTrips) {

        String encode() {
            return perThread.stream().map(String::valueOf).collect(Collectors.joining(",")) + " " + waits.encode() + " "
                    + entries + " " + timeouts + " " + roundTrips;
        }

        static Outcome decode(String[] words, int from) {
            return new Outcome(
                    Arrays.stream(words[from].split(",", -1)).map(Long::valueOf).toList(),
                    Histogram.decode(words[from + 1]),
                    Long.parseLong(words[from + 2]),
                    Long.parseLong(words[from + 3]),
                    Double.parseDouble(words[from + 4]));
        }

        long acquisitions() {
            return perThread.stream().mapToLong(Long::longValue).sum();
        }
    }

    private final Contender contender;
    private final Section section;
    private final int jvm;

    /** The number of the JVM makes those of its threads different from those of other JVMs. */
    Contention(Contender contender, Section section, int jvm) {
        this.contender = contender;
        this.section = section;
        this.jvm = jvm;
    }

    /** Begins at a moment of the clock that all JVMs of a machine have in common. */
    Outcome run(Order order, long startNanos) throws Exception {
        long[] perThread = new long[order.threads];
        Histogram[] waits = new Histogram[order.threads];
        LongAdder entries = new LongAdder();
        LongAdder timeouts = new LongAdder();
        long from = startNanos + order.warmUp.toNanos();
        long to = from + order.duration.toNanos();
        long roundTrips = CountedSockets.roundTrips();
        Crew.run(order.threads, thread -> {
            Histogram own = new Histogram();
            waits[thread] = own;
            long holder = (jvm + 1) * 1000L + thread;
            parkUntil(startNanos);
            for (long asked = System.nanoTime(); asked < to; asked = System.nanoTime()) {
                Object held = contender.acquire(order.key, WAIT);
                long acquired = System.nanoTime();
                if (held == null) {
                    timeouts.increment();
                    continue;
                }
                section.enter(holder);
                // Those who still wait at the end only need their turn.
                if (acquired < to) {
                    parkUntil(acquired + order.inside.toNanos());
                }
                section.leave(holder);
                contender.release(held);
                entries.increment();
                if (acquired >= from && acquired < to) {
                    perThread[thread]++;
                    own.add(acquired - asked);
                }
            }
        });
        Histogram all = new Histogram();
        Arrays.stream(waits).forEach(all::add);
        double perEntry = (double) (CountedSockets.roundTrips() - roundTrips) / Math.max(1, entries.sum());
        return new Outcome(Arrays.stream(perThread).boxed().toList(), all, entries.sum(), timeouts.sum(), perEntry);
    }

    private static void parkUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
