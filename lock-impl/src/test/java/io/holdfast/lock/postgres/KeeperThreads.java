// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static java.util.stream.Collectors.toMap;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/** What the keeper threads of all lockers do: a thread that has worked waits for work once more. */
final class KeeperThreads {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private KeeperThreads() {}

    /** How often each has waited, by name. */
    static Map<String, Long> waits() {
        return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
                .filter(Objects::nonNull)
                .filter(thread -> thread.getThreadName().startsWith("holdfast-keeper-"))
                .collect(toMap(ThreadInfo::getThreadName, ThreadInfo::getWaitedCount));
    }

    /** Whether a keeper has worked since then. One that has ended since then has not. */
    static boolean haveWorkedSince(Map<String, Long> before) {
        return !before.entrySet().containsAll(waits().entrySet());
    }

    /** Returns how often each has waited, when none has anything left to do. */
    static Map<String, Long> whenIdle() throws InterruptedException {
        Map<String, Long> before = waits();
        Server.letPass(Duration.ofMillis(100));
        while (haveWorkedSince(before)) {
            before = waits();
            Server.letPass(Duration.ofMillis(100));
        }
        return before;
    }
}
