// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static java.util.stream.Collectors.toMap;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/** What the keeper threads of all lockers do: a thread that has worked has allocated something. */
final class KeeperThreads {

    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    private KeeperThreads() {}

    /** How many bytes each has allocated, by name. */
    static Map<String, Long> allocations() {
        return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
                .filter(Objects::nonNull)
                .filter(thread -> thread.getThreadName().startsWith("holdfast-keeper-"))
                .collect(toMap(ThreadInfo::getThreadName, each -> THREADS.getThreadAllocatedBytes(each.getThreadId())));
    }

    /** Whether a keeper has worked since then. One that has ended since then has not. */
    static boolean haveWorkedSince(Map<String, Long> before) {
        return allocations().entrySet().stream()
                .anyMatch(each -> each.getValue() > before.getOrDefault(each.getKey(), 0L));
    }

    /** Returns how many bytes each has allocated, when none has anything left to do. */
    static Map<String, Long> whenIdle() throws InterruptedException {
        Map<String, Long> before = allocations();
        Server.letPass(Duration.ofMillis(100));
        while (haveWorkedSince(before)) {
            before = allocations();
            Server.letPass(Duration.ofMillis(100));
        }
        return before;
    }
}
