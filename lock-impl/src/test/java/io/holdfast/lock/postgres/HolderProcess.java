// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The main class of a JVM that acquires one lock, says so on its standard output, and then answers one line to each line of
 * its standard input. Ends with its input, so that it does not survive the test.
 */
final class HolderProcess {

    /** The connection timeout is long enough for a JVM that has recently started, on a busy machine. */
    static final LockerConfig CONFIG = LockerConfig.DEFAULT
            .checkInterval(Duration.ofMillis(200))
            .heartbeat(Duration.ofSeconds(3))
            .connectionTimeout(Duration.ofSeconds(10))
            .answerTimeout(Duration.ofSeconds(10))
            .closeTimeout(Duration.ofSeconds(2));

    static final Duration ENFORCED_TTL = Duration.ofSeconds(2);

    /** Longer than a garbage collection, shorter than the heartbeat. */
    private static final Duration SLEPT = Duration.ofMillis(1500);

    private final LockHandle handle;

    private HolderProcess(LockHandle handle) {
        this.handle = handle;
    }

    /** Parameters: URL, user and password of the database, the key, and whether the ttl is enforced. */
    public static void main(String[] args) throws IOException, InterruptedException {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(args[0]);
        dataSource.setUser(args[1]);
        dataSource.setPassword(args[2]);
        LockRequest request = LockRequest.of(args[3]);
        say("ready");
        try (PostgresLocker locker = new PostgresLocker(CONFIG, ConnectionSource.of(dataSource), List.of());
                LockHandle handle =
                        locker.acquire(Boolean.parseBoolean(args[4]) ? request.enforcedTtl(ENFORCED_TTL) : request)) {
            handle.onLost(() -> say("told"));
            say("held");
            new HolderProcess(handle).serve();
        }
    }

    private void serve() throws IOException {
        Thread sleepwalker = new Thread(this::watchForSleep);
        sleepwalker.setDaemon(true);
        sleepwalker.start();
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String question = questions.readLine(); question != null; question = questions.readLine()) {
            say(question + " " + answer(question));
        }
    }

    private String answer(String question) {
        try {
            switch (question) {
                case "state" -> {
                    return handle.state().name();
                }
                case "refresh" -> handle.refresh(handle.ttl());
                case "release" -> handle.release();
                default -> throw new IllegalArgumentException(question);
            }
            return "done";
        } catch (LockException e) {
            return e.getClass().getSimpleName();
        }
    }

    /**
     * Says what the first look at the handle after a standstill of this JVM saw. A look counts only if the clock was read
     * before it: one that the standstill itself cut in two may have been taken before.
     */
    private void watchForSleep() {
        long last = System.nanoTime();
        while (true) {
            long now = System.nanoTime();
            boolean held = handle.isHeld();
            if (now - last > SLEPT.toNanos()) {
                say("woke " + held);
            }
            last = now;
            LockSupport.parkNanos(100_000);
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
