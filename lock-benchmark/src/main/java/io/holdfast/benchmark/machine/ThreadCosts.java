// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.machine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What all threads of this JVM have allocated, and how often they have voluntarily left a processor. Only Linux shows
 * the latter.
 *
 * @param allocatedBytes by thread
 * @param switches of all threads; not a number if it is not known
 */
public record ThreadCosts(Map<Long, Long> allocatedBytes, double switches) {

    private static final Path THREADS = Path.of("/proc/self/task");
    private static final String COUNTER = "voluntary_ctxt_switches:";

    /** All until now. */
    public static ThreadCosts now() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] ids = threads.getAllThreadIds();
        long[] bytes = threads.getThreadAllocatedBytes(ids);
        Map<Long, Long> allocated = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            allocated.put(ids[i], bytes[i]);
        }
        return new ThreadCosts(allocated, allSwitches());
    }

    /** The bytes since then, without those of the thread that asks. */
    public double bytesSince(ThreadCosts start) {
        long self = Thread.currentThread().getId();
        return allocatedBytes.entrySet().stream()
                .filter(thread -> thread.getKey() != self)
                .mapToDouble(thread -> thread.getValue() - start.allocatedBytes.getOrDefault(thread.getKey(), 0L))
                .sum();
    }

    /** The voluntary switches since then. */
    public double switchesSince(ThreadCosts start) {
        return switches - start.switches;
    }

    private static double allSwitches() {
        double sum = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                sum += switchesOf(thread);
            }
            return sum;
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    private static double switchesOf(Path thread) {
        try (Stream<String> lines = Files.lines(thread.resolve("status"))) {
            return lines.filter(line -> line.startsWith(COUNTER))
                    .mapToDouble(line ->
                            Double.parseDouble(line.substring(COUNTER.length()).trim()))
                    .sum();
        } catch (IOException e) {
            return 0; // The thread has ended.
        }
    }
}
