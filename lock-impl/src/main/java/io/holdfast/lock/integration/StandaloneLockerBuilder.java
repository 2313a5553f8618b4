// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.integration;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.integration.StandaloneLocker.Sessions;
import io.holdfast.lock.postgres.PostgresLocker;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/**
 * The settings of a {@link StandaloneLocker}. Each method has the name of a {@code holdfast.} setting, such as
 * {@code holdfast.wait-at-most} for {@link #waitAtMost}, with the same range, default and meaning. Nothing is read from
 * system properties or other configuration.
 *
 * <p>A value that is set again replaces the former one. Values that are out of range are reported by {@link #build()},
 * all together; a null is rejected at once by {@link NullPointerException}. No method of this class blocks. Not
 * thread-safe.
 *
 * @since 0.1.0
 */
public final class StandaloneLockerBuilder {

    private final ConnectionSource source;
    private final Map<String, UnaryOperator<LockerConfig>> changes = new LinkedHashMap<>();
    private final List<LockListener> listeners = new ArrayList<>();

    StandaloneLockerBuilder(DataSource dataSource) {
        this.source = ConnectionSource.of(dataSource);
    }

    /**
     * Sets the number that keeps the locks of programs apart that share a database. Programs with the same namespace,
     * which is 0 unless it is set, have the same lock for the same key.
     *
     * @param namespace any number; 0 by default
     * @return this builder
     */
    public StandaloneLockerBuilder namespace(int namespace) {
        return set("namespace", config -> config.namespace(namespace));
    }

    /**
     * Sets how long to wait for a lock where the call has no limit of its own.
     *
     * @param waitAtMost {@link LockRequest#IMMEDIATE} to {@link LockRequest#UNLIMITED}; 60 s by default
     * @return this builder
     */
    public StandaloneLockerBuilder waitAtMost(Duration waitAtMost) {
        return set("waitAtMost", waitAtMost, config -> config.waitAtMost(waitAtMost));
    }

    /**
     * Sets how long one statement waits for a lock at most, because it holds back VACUUM for that time. A longer wait
     * takes several statements, each of which joins the end of the queue at the server.
     *
     * @param waitSlice above zero, at most a day; 30 s by default
     * @return this builder
     */
    public StandaloneLockerBuilder waitSlice(Duration waitSlice) {
        return set("waitSlice", waitSlice, config -> config.waitSlice(waitSlice));
    }

    /**
     * Sets how long an attempt keeps trying to get a session, and waits for room within {@link #maxSessions} and
     * {@link #maxLocks}: at most as long as its wait, and for a try as long as this.
     *
     * @param connectionTimeout above zero, at most a day; 5 s by default
     * @return this builder
     */
    public StandaloneLockerBuilder connectionTimeout(Duration connectionTimeout) {
        return set("connectionTimeout", connectionTimeout, config -> config.connectionTimeout(connectionTimeout));
    }

    /**
     * Sets how long to wait for the server's answer to a statement that does not wait for a lock. A session that does
     * not answer in time is ended.
     *
     * @param answerTimeout above zero, at most a day; 5 s by default
     * @return this builder
     */
    public StandaloneLockerBuilder answerTimeout(Duration answerTimeout) {
        return set("answerTimeout", answerTimeout, config -> config.answerTimeout(answerTimeout));
    }

    /**
     * Sets how long {@link StandaloneLocker#close()} may take.
     *
     * @param closeTimeout above zero, at most a day; 10 s by default
     * @return this builder
     */
    public StandaloneLockerBuilder closeTimeout(Duration closeTimeout) {
        return set("closeTimeout", closeTimeout, config -> config.closeTimeout(closeTimeout));
    }

    /**
     * Sets how often the server is asked which locks are still held, with one query for all of them. A lost lock is
     * noticed within this time and a round trip, unless the server does not answer.
     *
     * @param checkInterval above zero, at most a day; 5 s by default
     * @return this builder
     */
    public StandaloneLockerBuilder checkInterval(Duration checkInterval) {
        return set("checkInterval", checkInterval, config -> config.checkInterval(checkInterval));
    }

    /**
     * Sets the silence of this JVM after which the server frees its locks, with PostgreSQL 14 or newer.
     *
     * @param heartbeat {@link Duration#ZERO} for off, or 1 s to a day; 30 s by default
     * @return this builder
     */
    public StandaloneLockerBuilder heartbeat(Duration heartbeat) {
        return set("heartbeat", heartbeat, config -> config.heartbeat(heartbeat));
    }

    /**
     * Sets for how long after the server has proven a lock a release may pass it on to the next caller in this JVM
     * without asking the server. Choose it several times as long as a round trip.
     *
     * @param handOver {@link Duration#ZERO} for off, to 1 s; 5 ms by default
     * @return this builder
     */
    public StandaloneLockerBuilder handOver(Duration handOver) {
        return set("handOver", handOver, config -> config.handOver(handOver));
    }

    /**
     * Sets how long a pinned session stays with the locker after a release, so that the next lock does not borrow a
     * connection. It applies to at most half of the sessions. Set it to zero if the program uses the same pool for its
     * other work: the locker cannot see who else waits for a connection.
     *
     * @param keepSession {@link Duration#ZERO} for off, to a minute; 1 s by default
     * @return this builder
     */
    public StandaloneLockerBuilder keepSession(Duration keepSession) {
        return set("keepSession", keepSession, config -> config.keepSession(keepSession));
    }

    /**
     * Sets how locks are distributed over sessions.
     *
     * @param sessions {@link Sessions#PINNED}, which is the default, or {@link Sessions#SHARED}
     * @return this builder
     */
    public StandaloneLockerBuilder sessions(Sessions sessions) {
        Objects.requireNonNull(sessions, "sessions");
        SessionMode mode = sessions == Sessions.SHARED ? SessionMode.SHARED : SessionMode.PINNED;
        return set("sessions", config -> config.sessions(mode));
    }

    /**
     * Sets how many sessions to lock on at once. Questions, such as a ping, may use one more.
     *
     * @param maxSessions zero or more; 0, which is the default, for one less than the size of the pool if the pool
     *     shows its size, as HikariCP does, else no limit
     * @return this builder
     */
    public StandaloneLockerBuilder maxSessions(int maxSessions) {
        return set("maxSessions", config -> config.maxSessions(maxSessions));
    }

    /**
     * Sets how many locks to hold or wait for at once, because a full lock table fails every session of the server.
     *
     * @param maxLocks one or more; 1000 by default
     * @return this builder
     */
    public StandaloneLockerBuilder maxLocks(int maxLocks) {
        return set("maxLocks", config -> config.maxLocks(maxLocks));
    }

    /**
     * Sets whether a pinned session shows the key of its lock, if that is short and ASCII, in its application name,
     * which every role of the server can read.
     *
     * @param publishKeys whether keys are shown; true by default
     * @return this builder
     */
    public StandaloneLockerBuilder publishKeys(boolean publishKeys) {
        return set("publishKeys", config -> config.publishKeys(publishKeys));
    }

    /**
     * Adds a listener that is notified of what happens to locks, after those that were added before. By default there
     * is none.
     *
     * @param listener the listener; see {@link LockListener} for its threads and exceptions
     * @return this builder
     */
    public StandaloneLockerBuilder listener(LockListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Builds the locker. Does not ask the database: see {@link StandaloneLocker#ping()}. The builder can be changed and
     * used again; each call builds a locker of its own.
     *
     * @return the locker, which has to be closed
     * @throws IllegalArgumentException if values are out of range. The message has a line for each of them, in the
     *     order in which they were set
     */
    public StandaloneLocker build() {
        return new StandaloneLocker(new PostgresLocker(config(), source, listeners));
    }

    /**
     * {@return the configuration of the core}
     *
     * @throws IllegalArgumentException if values are out of range
     */
    LockerConfig config() {
        LockerConfig config = LockerConfig.DEFAULT;
        List<IllegalArgumentException> mistakes = new ArrayList<>();
        for (UnaryOperator<LockerConfig> change : changes.values()) {
            try {
                config = change.apply(config);
            } catch (IllegalArgumentException e) {
                mistakes.add(e);
            }
        }
        if (!mistakes.isEmpty()) {
            throw together(mistakes);
        }
        return config;
    }

    /** The range is checked when the locker is built. */
    private StandaloneLockerBuilder set(String setting, UnaryOperator<LockerConfig> change) {
        changes.put(setting, change);
        return this;
    }

    /** A duration, whose range is checked when the locker is built. */
    private StandaloneLockerBuilder set(String setting, Duration value, UnaryOperator<LockerConfig> change) {
        Objects.requireNonNull(value, setting);
        return set(setting, change);
    }

    private static IllegalArgumentException together(List<IllegalArgumentException> mistakes) {
        String messages = String.join(
                "\n",
                mistakes.stream().map(IllegalArgumentException::getMessage).toList());
        IllegalArgumentException all = new IllegalArgumentException(messages);
        mistakes.forEach(all::addSuppressed);
        return all;
    }
}
