// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

import io.holdfast.lock.LockRequest;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How a locker behaves: an immutable value. Start with {@link #DEFAULT} and change what differs; each changing method checks the
 * new value and leaves this configuration as it is.
 */
public final class LockerConfig {

    /** The configuration with the default of every setting. */
    public static final LockerConfig DEFAULT = new LockerConfig(new Values());

    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);
    private static final Duration SHORTEST_HEARTBEAT = Duration.ofSeconds(1);

    /** Each setting and its default. Changed only before it is published in a final field. */
    private static final class Values implements Cloneable {
        private int namespace;
        private Duration waitAtMost = Duration.ofSeconds(60);
        private Duration waitSlice = Duration.ofSeconds(30);
        private Duration connectionTimeout = Duration.ofSeconds(5);
        private Duration answerTimeout = Duration.ofSeconds(5);
        private Duration closeTimeout = Duration.ofSeconds(10);
        private Duration checkInterval = Duration.ofSeconds(5);
        private Duration heartbeat = Duration.ofSeconds(30);
        private SessionMode sessions = SessionMode.PINNED;
        private int maxSessions;
        private int maxLocks = 1000;
        private boolean publishKeys = true;

        @Override
        protected Values clone() {
            try {
                return (Values) super.clone();
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException(e);
            }
        }

        List<Object> all() {
            return List.of(
                    namespace,
                    waitAtMost,
                    waitSlice,
                    connectionTimeout,
                    answerTimeout,
                    closeTimeout,
                    checkInterval,
                    heartbeat,
                    sessions,
                    maxSessions,
                    maxLocks,
                    publishKeys);
        }
    }

    private final Values values;

    private LockerConfig(Values values) {
        this.values = values;
    }

    private LockerConfig with(Consumer<Values> change) {
        Values changed = values.clone();
        change.accept(changed);
        return new LockerConfig(changed);
    }

    /**
     * {@return whether this may be a timeout: it is positive and at most a day}
     *
     * @param duration any duration
     */
    public static boolean isTimeout(Duration duration) {
        return !duration.isNegative() && !duration.isZero() && duration.compareTo(LONGEST_TIMEOUT) <= 0;
    }

    /**
     * {@return whether this may be a heartbeat: it is zero, or 1 s to a day}
     *
     * @param duration any duration
     */
    public static boolean isHeartbeat(Duration duration) {
        return duration.isZero() || (isTimeout(duration) && duration.compareTo(SHORTEST_HEARTBEAT) >= 0);
    }

    private static Duration requireTimeout(String name, Duration timeout) {
        if (!isTimeout(Objects.requireNonNull(timeout, name))) {
            throw new IllegalArgumentException(name + " must be positive and at most a day: " + timeout);
        }
        return timeout;
    }

    private static int requireAtLeast(int least, String name, int number) {
        if (number < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ": " + number);
        }
        return number;
    }

    /** {@return the number that keeps applications on one database apart: any; 0 by default} */
    public int namespace() {
        return values.namespace;
    }

    /**
     * {@return this configuration with another namespace}
     *
     * @param namespace any number
     */
    public LockerConfig namespace(int namespace) {
        return with(changed -> changed.namespace = namespace);
    }

    /**
     * {@return how long a lock is waited for if the caller does not say: zero to {@link LockRequest#UNLIMITED}; 60
     * s by default}
     */
    public Duration waitAtMost() {
        return values.waitAtMost;
    }

    /**
     * {@return this configuration with another default wait}
     *
     * @param waitAtMost zero to {@link LockRequest#UNLIMITED}
     * @throws IllegalArgumentException if it is negative
     */
    public LockerConfig waitAtMost(Duration waitAtMost) {
        if (Objects.requireNonNull(waitAtMost, "waitAtMost").isNegative()) {
            throw new IllegalArgumentException("wait-at-most must not be negative: " + waitAtMost);
        }
        return with(changed -> changed.waitAtMost = waitAtMost);
    }

    /**
     * {@return how long one statement waits for a lock at most, since it holds back VACUUM for that time: positive, at
     * most a day; 30 s by default. A longer wait takes several statements, and each of them queues again}
     */
    public Duration waitSlice() {
        return values.waitSlice;
    }

    /**
     * {@return this configuration with another wait slice}
     *
     * @param waitSlice positive, at most a day
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig waitSlice(Duration waitSlice) {
        requireTimeout("wait-slice", waitSlice);
        return with(changed -> changed.waitSlice = waitSlice);
    }

    /**
     * {@return how long to wait for what a lock needs before the server can be asked: a connection, and room
     * within the limits of sessions and locks: positive, at most a day; 5 s by default}
     */
    public Duration connectionTimeout() {
        return values.connectionTimeout;
    }

    /**
     * {@return this configuration with another connection timeout}
     *
     * @param connectionTimeout positive, at most a day
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig connectionTimeout(Duration connectionTimeout) {
        requireTimeout("connection-timeout", connectionTimeout);
        return with(changed -> changed.connectionTimeout = connectionTimeout);
    }

    /**
     * {@return how long to wait for the server's answer to a statement that does not wait for a lock, before
     * its session is ended: positive, at most a day; 5 s by default}
     */
    public Duration answerTimeout() {
        return values.answerTimeout;
    }

    /**
     * {@return this configuration with another answer timeout}
     *
     * @param answerTimeout positive, at most a day
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig answerTimeout(Duration answerTimeout) {
        requireTimeout("answer-timeout", answerTimeout);
        return with(changed -> changed.answerTimeout = answerTimeout);
    }

    /** {@return how long closing may take: positive, at most a day; 10 s by default} */
    public Duration closeTimeout() {
        return values.closeTimeout;
    }

    /**
     * {@return this configuration with another close timeout}
     *
     * @param closeTimeout positive, at most a day
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig closeTimeout(Duration closeTimeout) {
        requireTimeout("close-timeout", closeTimeout);
        return with(changed -> changed.closeTimeout = closeTimeout);
    }

    /** {@return how often the server is asked which locks are held: positive, at most a day; 5 s by default} */
    public Duration checkInterval() {
        return values.checkInterval;
    }

    /**
     * {@return this configuration with another check interval}
     *
     * @param checkInterval positive, at most a day
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig checkInterval(Duration checkInterval) {
        requireTimeout("check-interval", checkInterval);
        return with(changed -> changed.checkInterval = checkInterval);
    }

    /**
     * {@return the silence of this JVM after which the server frees its locks, which needs PostgreSQL 14 or newer:
     * zero, which switches it off, or 1 s to a day; 30 s by default}
     */
    public Duration heartbeat() {
        return values.heartbeat;
    }

    /**
     * {@return this configuration with another heartbeat}
     *
     * @param heartbeat zero for off, or 1 s to a day
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig heartbeat(Duration heartbeat) {
        if (!isHeartbeat(Objects.requireNonNull(heartbeat, "heartbeat"))) {
            throw new IllegalArgumentException("heartbeat must be zero, or 1 s to a day: " + heartbeat);
        }
        return with(changed -> changed.heartbeat = heartbeat);
    }

    /** {@return how locks are spread over sessions: the mode; {@link SessionMode#PINNED} by default} */
    public SessionMode sessions() {
        return values.sessions;
    }

    /**
     * {@return this configuration with another session mode}
     *
     * @param sessions how locks are spread over sessions
     */
    public LockerConfig sessions(SessionMode sessions) {
        Objects.requireNonNull(sessions, "sessions");
        return with(changed -> changed.sessions = sessions);
    }

    /**
     * {@return how many sessions to lock on at once. Questions, such as a ping, may use one more: 0, the default,
     * for one less than the pool's size where that is known, and no limit elsewhere; or more}
     */
    public int maxSessions() {
        return values.maxSessions;
    }

    /**
     * {@return this configuration with another limit of sessions}
     *
     * @param maxSessions 0 for as many as the pool can spare, or more
     * @throws IllegalArgumentException if it is negative
     */
    public LockerConfig maxSessions(int maxSessions) {
        requireAtLeast(0, "max-sessions", maxSessions);
        return with(changed -> changed.maxSessions = maxSessions);
    }

    /**
     * {@return how many locks to hold or wait for at once, since a full lock table fails every session of the
     * server: 1 or more; 1000 by default}
     */
    public int maxLocks() {
        return values.maxLocks;
    }

    /**
     * {@return this configuration with another limit of locks}
     *
     * @param maxLocks 1 or more
     * @throws IllegalArgumentException if it is less than 1
     */
    public LockerConfig maxLocks(int maxLocks) {
        requireAtLeast(1, "max-locks", maxLocks);
        return with(changed -> changed.maxLocks = maxLocks);
    }

    /**
     * {@return whether a session for one lock shows its key in its application name, which every role of the
     * server can read, if the key is short and printable ASCII: true by default}
     */
    public boolean publishKeys() {
        return values.publishKeys;
    }

    /**
     * {@return this configuration with another choice whether keys are shown}
     *
     * @param publishKeys whether sessions show their keys
     */
    public LockerConfig publishKeys(boolean publishKeys) {
        return with(changed -> changed.publishKeys = publishKeys);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LockerConfig config && values.all().equals(config.values.all());
    }

    @Override
    public int hashCode() {
        return values.all().hashCode();
    }

    /** All values, in the order of this class. */
    @Override
    public String toString() {
        return "LockerConfig" + values.all();
    }
}
