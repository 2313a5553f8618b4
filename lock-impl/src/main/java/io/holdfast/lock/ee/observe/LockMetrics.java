// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.ee.naming.ApplicationName;
import io.holdfast.lock.spi.LockAttempt;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures locks, and defines the names and tags of the metrics. A subclass for each API only records what is measured.
 * The tags are the name of the lock, never its key, and the application, so that applications of one server do not
 * collide.
 */
abstract class LockMetrics implements StoppableListener {

    static final String PREFIX = "holdfast.";
    static final String LOCK = "lock";
    static final String APPLICATION = "application";

    /** The number of names that are counted separately, so that names made of data do no harm. */
    static final int MOST_NAMES = 100;

    static final String OTHER_NAMES = "other";

    private static final String LOCKS = "{lock}";
    private static final String ATTEMPTS = "{attempt}";

    /** The kinds of numbers. */
    enum Kind {
        TIMER,
        COUNTER,
        GAUGE
    }

    /** Everything that is measured. */
    enum Measure {
        ACQUIRE_TIME(Kind.TIMER, "acquire.time", "acquire.duration", "s", "From the call to the grant of a lock"),
        HOLD_TIME(Kind.TIMER, "hold.time", "hold.duration", "s", "From the grant to the end of a lock"),
        HELD(Kind.GAUGE, "held", "held", LOCKS, "Locks that are held now"),
        WAITING(Kind.GAUGE, "waiting", "waiting", ATTEMPTS, "Attempts to acquire that are under way"),
        CONTENDED(Kind.COUNTER, "contended", "contended", ATTEMPTS, "Tries that found the lock held by somebody else"),
        TIMED_OUT(Kind.COUNTER, "timed.out", "timed_out", ATTEMPTS, "Waits that ended without the lock"),
        FAILED(
                Kind.COUNTER,
                "failed",
                "failed",
                ATTEMPTS,
                "Attempts to acquire that failed for another reason than contention"),
        REFRESHED(
                Kind.COUNTER,
                "refreshed",
                "refreshed",
                LOCKS,
                "Locks that were proven to be held and whose ttl started again"),
        RELEASED(Kind.COUNTER, "released", "released", LOCKS, "Locks that were released"),
        LOST(Kind.COUNTER, "lost", "lost", LOCKS, "Locks that ended without their holder's doing");

        final Kind kind;
        final String id;

        /** The name that follows the conventions of OpenTelemetry. */
        final String conventional;

        /** The unit in UCUM, as OpenTelemetry requires it. */
        final String unit;

        final String description;

        Measure(Kind kind, String id, String conventional, String unit, String description) {
            this.kind = kind;
            this.id = PREFIX + id;
            this.conventional = PREFIX + "lock." + conventional;
            this.unit = unit;
            this.description = description;
        }
    }

    private record Series(Measure measure, String lock) {}

    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private final Map<Series, AtomicLong> levels = new ConcurrentHashMap<>();

    abstract void time(Measure measure, String lock, Duration duration);

    abstract void count(Measure measure, String lock);

    /** Records that a gauge has changed. The level is its value now and later. */
    abstract void change(Measure measure, String lock, long by, AtomicLong level);

    /** The name of the application. On a thread that cannot look it up, it is the name that was found at start. */
    static String application(Surroundings surroundings) {
        return ApplicationName.find().orElseGet(surroundings::application);
    }

    @Override
    public void waitBegan(LockAttempt attempt) {
        change(Measure.WAITING, attempt.request().name(), 1);
    }

    @Override
    public void waitEnded(LockAttempt attempt) {
        change(Measure.WAITING, attempt.request().name(), -1);
    }

    @Override
    public void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {
        time(Measure.ACQUIRE_TIME, bounded(handle.name()), waited);
        change(Measure.HELD, handle.name(), 1);
    }

    @Override
    public void contended(LockAttempt attempt, Duration waited) {
        count(Measure.CONTENDED, bounded(attempt.request().name()));
    }

    @Override
    public void timedOut(LockAttempt attempt, Duration waited) {
        count(Measure.TIMED_OUT, bounded(attempt.request().name()));
    }

    @Override
    public void failed(LockAttempt attempt, LockException failure) {
        count(Measure.FAILED, bounded(attempt.request().name()));
    }

    @Override
    public void refreshed(LockAttempt attempt, LockHandle handle, Duration took) {
        count(Measure.REFRESHED, bounded(handle.name()));
    }

    @Override
    public void released(LockAttempt attempt, LockHandle handle, Duration held) {
        ended(Measure.RELEASED, handle, held);
    }

    @Override
    public void lost(LockAttempt attempt, LockHandle handle, Duration held) {
        ended(Measure.LOST, handle, held);
    }

    private void ended(Measure how, LockHandle handle, Duration held) {
        count(how, bounded(handle.name()));
        time(Measure.HOLD_TIME, bounded(handle.name()), held);
        change(Measure.HELD, handle.name(), -1);
    }

    private void change(Measure measure, String name, long by) {
        String lock = bounded(name);
        AtomicLong level = levels.computeIfAbsent(new Series(measure, lock), series -> new AtomicLong());
        level.addAndGet(by);
        change(measure, lock, by, level);
    }

    private String bounded(String name) {
        if (names.contains(name)) {
            return name;
        }
        synchronized (names) {
            return names.size() < MOST_NAMES && names.add(name) || names.contains(name) ? name : OTHER_NAMES;
        }
    }
}
