// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Needs JDK 21 or newer, while the library needs 17 only: run by the profile virtual-threads, and not at all by default. */
@Tag("virtual-threads")
@Timeout(180)
class VirtualThreadsIT {

    private static final int THREADS = 10_000;
    private static final int KEYS = 100;
    private static final int CONNECTIONS = 20;
    private static final Duration LONG = Duration.ofMinutes(2);

    /** From where on the JDK itself takes note, as of JDK 25: the event's threshold in its default settings. */
    private static final Duration LONGEST_PIN = Duration.ofMillis(20);

    private static final String PINNED = "jdk.VirtualThreadPinned";

    @TempDir
    private Path directory;

    private interface Work {
        void run() throws Exception;
    }

    /** What stands in a static initializer has a native frame below it, so that its thread cannot be unmounted. */
    private static final class PinningInitializer {

        static final long END_NANOS;

        static {
            LockSupport.parkNanos(LONGEST_PIN.multipliedBy(3).toNanos());
            END_NANOS = System.nanoTime();
        }
    }

    @Test
    @DisplayName("C1, C7: ten thousand virtual threads get their locks from a small pool, and none is pinned for long")
    void shouldServeVirtualThreads() throws Exception {
        String prefix = "virtual/" + UUID.randomUUID() + "/";
        AtomicIntegerArray inside = new AtomicIntegerArray(KEYS);
        long start = System.nanoTime();
        List<Duration> pins;
        try (HikariDataSource pool = Databases.pool(CONNECTIONS);
                PostgresLocker locker = new PostgresLocker(
                        LockerConfig.DEFAULT.connectionTimeout(LONG).answerTimeout(LONG),
                        ConnectionSource.of(pool),
                        List.of())) {
            pins = pinsDuring(() -> onVirtualThreads(THREADS, number -> {
                int key = number % KEYS;
                LockRequest request = LockRequest.of(prefix + key);
                locker.withLock(request, LONG, () -> {
                    assertEquals(1, inside.incrementAndGet(key), "nobody else is inside");
                    Thread.yield();
                    return inside.decrementAndGet(key);
                });
            }));
            Server.eventually(
                    "kept sessions are returned",
                    () -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
        }

        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        Duration longest = pins.stream().max(Duration::compareTo).orElse(Duration.ZERO);
        System.out.println(THREADS + " virtual threads in " + millis + " ms; pinned " + pins.size() + " times, at most "
                + longest);
        assertTrue(longest.compareTo(LONGEST_PIN) <= 0, () -> "pinned for " + longest);
    }

    @Test
    @DisplayName("a virtual thread that is pinned is seen, so that the other test would see it")
    void shouldSeePins() throws Exception {
        List<Duration> pins =
                pinsDuring(() -> onVirtualThreads(1, number -> assertTrue(PinningInitializer.END_NANOS != 0)));

        assertFalse(pins.isEmpty());
        assertTrue(pins.get(0).compareTo(LONGEST_PIN) > 0, pins::toString);
    }

    private interface Numbered {
        void run(int number) throws Exception;
    }

    private static void onVirtualThreads(int count, Numbered work) throws Exception {
        ExecutorService threads = virtualThreads();
        try {
            List<Future<?>> running = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                int number = i;
                running.add(threads.submit(() -> {
                    work.run(number);
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** By reflection, since the tests are compiled for the release that the library needs. */
    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        assertTrue(Runtime.version().feature() >= 21, "the profile virtual-threads needs JDK 21 or newer");
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }

    private List<Duration> pinsDuring(Work work) throws Exception {
        try (Recording recording = new Recording()) {
            recording.enable(PINNED).withoutThreshold().withStackTrace();
            recording.start();
            work.run();
            recording.stop();
            return pins(recording);
        }
    }

    private List<Duration> pins(Recording recording) throws IOException {
        Path file = directory.resolve("pins.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(PINNED))
                .map(RecordedEvent::getDuration)
                .toList();
    }
}
