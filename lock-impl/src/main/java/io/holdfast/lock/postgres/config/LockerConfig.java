// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

import io.holdfast.lock.LockRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The configuration of a locker, an immutable value. Start with {@link #DEFAULT} and set what differs: each method that
 * sets a value checks it, and returns a new configuration.
 */
public final class LockerConfig {

    /** The configuration with the default of every setting. */
    public static final LockerConfig DEFAULT = new LockerConfig(new LockerValues());

    private final LockerValues values;

    private LockerConfig(LockerValues values) {
        this.values = values;
    }

    private LockerConfig with(Consumer<LockerValues> change) {
        LockerValues changed = values.clone();
        change.accept(changed);
        return new LockerConfig(changed);
    }

    private static <T> T require(String name, T value, Predicate<T> isInRange, String range) {
        if (!isInRange.test(Objects.requireNonNull(value, name))) {
            throw Messages.outOfRange(name, range, value);
        }
        return value;
    }

    private static Duration requireTimeout(String name, Duration timeout) {
        return require(name, timeout, DurationLimits::isTimeout, "positive and at most a day");
    }

    /** {@return the number that separates the locks of applications on one database: any number; 0 by default} */
    public int namespace() {
        return values.namespace;
    }

    /**
     * {@return this configuration with a different namespace}
     *
     * @param namespace any number
     */
    public LockerConfig namespace(int namespace) {
        return with(changed -> changed.namespace = namespace);
    }

    /**
     * {@return how long to wait for a lock if the caller gives no limit: zero to {@link LockRequest#UNLIMITED}; 60 s by
     * default}
     */
    public Duration waitAtMost() {
        return values.waitAtMost;
    }

    /**
     * {@return this configuration with a different default wait}
     *
     * @param waitAtMost zero to {@link LockRequest#UNLIMITED}
     * @throws IllegalArgumentException if it is negative
     */
    public LockerConfig waitAtMost(Duration waitAtMost) {
        require("wait-at-most", waitAtMost, wait -> !wait.isNegative(), "zero or more");
        return with(changed -> changed.waitAtMost = waitAtMost);
    }

    /**
     * {@return how long one statement waits for a lock at most, since it holds back VACUUM for that time: positive, at
     * most a day; 30 s by default. A longer wait takes several statements, each of which joins the end of the queue}
     */
    public Duration waitSlice() {
        return values.waitSlice;
    }

    /**
     * {@return this configuration with a different wait slice}
     *
     * @param waitSlice positive, at most a day
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig waitSlice(Duration waitSlice) {
        return with(changed -> changed.waitSlice = requireTimeout("wait-slice", waitSlice));
    }

    /**
     * {@return how long to wait for what a lock needs before the server can be asked, which is a connection, and room
     * within the limits of sessions and locks: positive, at most a day; 5 s by default}
     */
    public Duration connectionTimeout() {
        return values.connectionTimeout;
    }

    /**
     * {@return this configuration with a different connection timeout}
     *
     * @param connectionTimeout positive, at most a day
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig connectionTimeout(Duration connectionTimeout) {
        return with(changed -> changed.connectionTimeout = requireTimeout("connection-timeout", connectionTimeout));
    }

    /**
     * {@return how long to wait for the server's answer to a statement that does not wait for a lock, before its
     * session is ended: positive, at most a day; 5 s by default}
     */
    public Duration answerTimeout() {
        return values.answerTimeout;
    }

    /**
     * {@return this configuration with a different answer timeout}
     *
     * @param answerTimeout positive, at most a day
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig answerTimeout(Duration answerTimeout) {
        return with(changed -> changed.answerTimeout = requireTimeout("answer-timeout", answerTimeout));
    }

    /** {@return how long closing may take: positive, at most a day; 10 s by default} */
    public Duration closeTimeout() {
        return values.closeTimeout;
    }

    /**
     * {@return this configuration with a different close timeout}
     *
     * @param closeTimeout positive, at most a day
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig closeTimeout(Duration closeTimeout) {
        return with(changed -> changed.closeTimeout = requireTimeout("close-timeout", closeTimeout));
    }

    /** {@return how often the server is asked which locks are held: positive, at most a day; 5 s by default} */
    public Duration checkInterval() {
        return values.checkInterval;
    }

    /**
     * {@return this configuration with a different check interval}
     *
     * @param checkInterval positive, at most a day
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig checkInterval(Duration checkInterval) {
        return with(changed -> changed.checkInterval = requireTimeout("check-interval", checkInterval));
    }

    /**
     * {@return the silence of this JVM after which the server frees its locks, which needs PostgreSQL 14 or newer:
     * zero, which switches it off, or 1 s to a day; 30 s by default}
     */
    public Duration heartbeat() {
        return values.heartbeat;
    }

    /**
     * {@return this configuration with a different heartbeat}
     *
     * @param heartbeat zero for off, or 1 s to a day
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig heartbeat(Duration heartbeat) {
        require("heartbeat", heartbeat, DurationLimits::isHeartbeat, "zero, or 1 s to a day");
        return with(changed -> changed.heartbeat = heartbeat);
    }

    /**
     * {@return for how long after the server has proven a lock a release may pass it on to the next caller in this JVM,
     * without asking the server: zero, which switches that off, to 1 s; 5 ms by default}
     */
    public Duration handOver() {
        return values.handOver;
    }

    /**
     * {@return this configuration with a different time for which locks are handed over}
     *
     * @param handOver zero for off, to 1 s
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig handOver(Duration handOver) {
        require("hand-over", handOver, DurationLimits::isHandOver, "zero to 1 s");
        return with(changed -> changed.handOver = handOver);
    }

    /**
     * {@return how long a session that is dedicated to one lock stays with the locker after the release, so that the
     * next lock needs no connection from the pool: zero, which keeps none, to a minute; 1 s by default. Other users of
     * the pool do not get the connection for that time, so set zero if the application uses the same pool}
     */
    public Duration keepSession() {
        return values.keepSession;
    }

    /**
     * {@return this configuration with a different time for which sessions are kept}
     *
     * @param keepSession zero to keep none, to a minute
     * @throws IllegalArgumentException if it is out of range
     */
    public LockerConfig keepSession(Duration keepSession) {
        require("keep-session", keepSession, DurationLimits::isKeepSession, "zero to a minute");
        return with(changed -> changed.keepSession = keepSession);
    }

    /** {@return how locks are distributed over sessions; {@link SessionMode#PINNED} by default} */
    public SessionMode sessions() {
        return values.sessions;
    }

    /**
     * {@return this configuration with a different session mode}
     *
     * @param sessions how locks are distributed over sessions
     */
    public LockerConfig sessions(SessionMode sessions) {
        return with(changed -> changed.sessions = Objects.requireNonNull(sessions, "sessions"));
    }

    /**
     * {@return how many sessions may have locks at once; questions, such as a ping, may use one more. The default, 0,
     * is one less than the size of the pool if that is known, else no limit}
     */
    public int maxSessions() {
        return values.maxSessions;
    }

    /**
     * {@return this configuration with a different limit of sessions}
     *
     * @param maxSessions 0 for the default, or a limit
     * @throws IllegalArgumentException if it is negative
     */
    public LockerConfig maxSessions(int maxSessions) {
        require("max-sessions", maxSessions, limit -> limit >= 0, "0 or more");
        return with(changed -> changed.maxSessions = maxSessions);
    }

    /**
     * {@return how many locks to hold or wait for at once, since every session of the server fails when the lock table
     * is full: 1 or more; 1000 by default}
     */
    public int maxLocks() {
        return values.maxLocks;
    }

    /**
     * {@return this configuration with a different limit of locks}
     *
     * @param maxLocks 1 or more
     * @throws IllegalArgumentException if it is less than 1
     */
    public LockerConfig maxLocks(int maxLocks) {
        require("max-locks", maxLocks, limit -> limit >= 1, "1 or more");
        return with(changed -> changed.maxLocks = maxLocks);
    }

    /**
     * {@return whether a session that is dedicated to one lock shows its key in its application name, if the key is
     * short and printable ASCII. Every role of the server can read it. True by default}
     */
    public boolean publishKeys() {
        return values.publishKeys;
    }

    /**
     * {@return this configuration, with keys shown or not}
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
