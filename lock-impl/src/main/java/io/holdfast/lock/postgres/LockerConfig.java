// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How a locker behaves. Start with {@link #DEFAULT} and change what differs.
 *
 * @param namespace keeps applications that share a database apart; any number; 0 by default
 * @param waitAtMost how long to wait for a lock if the request does not say; zero to {@link LockRequest#UNLIMITED}; 60 s by
 *     default
 * @param waitSlice how long one statement waits for a lock at most, since it holds back VACUUM meanwhile; a further one
 *     queues anew; positive, at most a day; 30 s by default
 * @param connectionTimeout how long to wait for a pooled connection, and for the server's answer to a statement that does
 *     not wait; positive, at most a day; 5 s by default
 * @param closeTimeout how long closing may take; positive, at most a day; 10 s by default
 * @param checkInterval how often the server is asked which locks are held; positive, at most a day; 5 s by default
 * @param heartbeat after which silence of this JVM the server frees its locks, which needs PostgreSQL 14 or newer; zero, which
 *     switches it off, or 1 s to a day; 30 s by default
 * @param sessions how locks are spread over sessions; {@link SessionMode#PINNED} by default
 * @param maxSessions how many sessions to lock on at once; 0, the default, for one less than the pool's size where that is
 *     known, and no limit elsewhere; questions besides, such as a ping, may use one more
 * @param maxLocks how many locks to hold or wait for at once, since a full lock table fails every session of the server; positive;
 *     1000 by default
 * @param publishKeys whether a session for one lock shows its key in its application name, which every role of the server
 *     can read, if it is short and printable ASCII; true by default
 */
public record LockerConfig(
        int namespace,
        Duration waitAtMost,
        Duration waitSlice,
        Duration connectionTimeout,
        Duration closeTimeout,
        Duration checkInterval,
        Duration heartbeat,
        SessionMode sessions,
        int maxSessions,
        int maxLocks,
        boolean publishKeys) {

    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);
    private static final Duration SHORTEST_HEARTBEAT = Duration.ofSeconds(1);

    /** What is said above to be the default. */
    public static final LockerConfig DEFAULT = new LockerConfig(
            0,
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            SessionMode.PINNED,
            0,
            1000,
            true);

    /**
     * Checks the ranges.
     *
     * @param namespace any number
     * @param waitAtMost not negative
     * @param waitSlice positive, at most a day
     * @param connectionTimeout positive, at most a day
     * @param closeTimeout positive, at most a day
     * @param checkInterval positive, at most a day
     * @param heartbeat zero, or 1 s to a day
     * @param sessions how locks are spread
     * @param maxSessions 0 or more
     * @param maxLocks 1 or more
     * @param publishKeys whether keys are shown
     * @throws IllegalArgumentException if a value is out of range
     */
    public LockerConfig {
        if (Objects.requireNonNull(waitAtMost, "waitAtMost").isNegative()) {
            throw new IllegalArgumentException("wait-at-most must not be negative: " + waitAtMost);
        }
        requireTimeout("wait-slice", waitSlice);
        requireTimeout("connection-timeout", connectionTimeout);
        requireTimeout("close-timeout", closeTimeout);
        requireTimeout("check-interval", checkInterval);
        if (!isHeartbeat(Objects.requireNonNull(heartbeat, "heartbeat"))) {
            throw new IllegalArgumentException("heartbeat must be zero, or 1 s to a day: " + heartbeat);
        }
        Objects.requireNonNull(sessions, "sessions");
        if (maxSessions < 0) {
            throw new IllegalArgumentException("max-sessions must not be negative: " + maxSessions);
        }
        if (maxLocks < 1) {
            throw new IllegalArgumentException("max-locks must be positive: " + maxLocks);
        }
    }

    private static void requireTimeout(String name, Duration timeout) {
        if (!isTimeout(Objects.requireNonNull(timeout, name))) {
            throw new IllegalArgumentException(name + " must be positive and at most a day: " + timeout);
        }
    }

    /**
     * Whether this may be a time-out.
     *
     * @param duration any duration
     * @return whether it is positive and at most a day
     */
    public static boolean isTimeout(Duration duration) {
        return !duration.isNegative() && !duration.isZero() && duration.compareTo(LONGEST_TIMEOUT) <= 0;
    }

    /**
     * Whether this may be a heartbeat time-out.
     *
     * @param duration any duration
     * @return whether it is zero, or 1 s to a day
     */
    public static boolean isHeartbeat(Duration duration) {
        return duration.isZero() || (isTimeout(duration) && duration.compareTo(SHORTEST_HEARTBEAT) >= 0);
    }

    /**
     * The same with another namespace.
     *
     * @param namespace any number
     * @return the changed configuration
     */
    public LockerConfig namespace(int namespace) {
        return with(parts -> parts.namespace = namespace);
    }

    /**
     * The same with another default wait.
     *
     * @param waitAtMost zero to {@link LockRequest#UNLIMITED}
     * @return the changed configuration
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig waitAtMost(Duration waitAtMost) {
        return with(parts -> parts.waitAtMost = waitAtMost);
    }

    /**
     * The same with another wait slice.
     *
     * @param waitSlice positive, at most a day
     * @return the changed configuration
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig waitSlice(Duration waitSlice) {
        return with(parts -> parts.waitSlice = waitSlice);
    }

    /**
     * The same with another connection time-out.
     *
     * @param connectionTimeout positive, at most a day
     * @return the changed configuration
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig connectionTimeout(Duration connectionTimeout) {
        return with(parts -> parts.connectionTimeout = connectionTimeout);
    }

    /**
     * The same with another close time-out.
     *
     * @param closeTimeout positive, at most a day
     * @return the changed configuration
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig closeTimeout(Duration closeTimeout) {
        return with(parts -> parts.closeTimeout = closeTimeout);
    }

    /**
     * The same with another check interval.
     *
     * @param checkInterval positive, at most a day
     * @return the changed configuration
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig checkInterval(Duration checkInterval) {
        return with(parts -> parts.checkInterval = checkInterval);
    }

    /**
     * The same with another heartbeat time-out.
     *
     * @param heartbeat zero for off, or 1 s to a day
     * @return the changed configuration
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig heartbeat(Duration heartbeat) {
        return with(parts -> parts.heartbeat = heartbeat);
    }

    /**
     * The same with another session mode.
     *
     * @param sessions how locks are spread over sessions
     * @return the changed configuration
     */
    public LockerConfig sessions(SessionMode sessions) {
        return with(parts -> parts.sessions = sessions);
    }

    /**
     * The same with another limit of sessions.
     *
     * @param maxSessions 0 for as many as the pool can spare, or more
     * @return the changed configuration
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig maxSessions(int maxSessions) {
        return with(parts -> parts.maxSessions = maxSessions);
    }

    /**
     * The same with another limit of locks.
     *
     * @param maxLocks 1 or more
     * @return the changed configuration
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig maxLocks(int maxLocks) {
        return with(parts -> parts.maxLocks = maxLocks);
    }

    /**
     * The same with another choice whether keys are shown.
     *
     * @param publishKeys whether sessions show their keys
     * @return the changed configuration
     */
    public LockerConfig publishKeys(boolean publishKeys) {
        return with(parts -> parts.publishKeys = publishKeys);
    }

    private LockerConfig with(Consumer<Parts> change) {
        Parts parts = new Parts();
        change.accept(parts);
        return new LockerConfig(
                parts.namespace,
                parts.waitAtMost,
                parts.waitSlice,
                parts.connectionTimeout,
                parts.closeTimeout,
                parts.checkInterval,
                parts.heartbeat,
                parts.sessions,
                parts.maxSessions,
                parts.maxLocks,
                parts.publishKeys);
    }

    /** All parts of this configuration, to change one of them. */
    private final class Parts {
        private int namespace = LockerConfig.this.namespace;
        private Duration waitAtMost = LockerConfig.this.waitAtMost;
        private Duration waitSlice = LockerConfig.this.waitSlice;
        private Duration connectionTimeout = LockerConfig.this.connectionTimeout;
        private Duration closeTimeout = LockerConfig.this.closeTimeout;
        private Duration checkInterval = LockerConfig.this.checkInterval;
        private Duration heartbeat = LockerConfig.this.heartbeat;
        private SessionMode sessions = LockerConfig.this.sessions;
        private int maxSessions = LockerConfig.this.maxSessions;
        private int maxLocks = LockerConfig.this.maxLocks;
        private boolean publishKeys = LockerConfig.this.publishKeys;
    }
}
