// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The circuit breaker of one domain. It opens when a number of attempts in a row could not reach the database, and then
 * refuses further attempts. After a delay one caller asks the database while the others are still refused, and an
 * answer closes the breaker. The question is a ping, because an attempt may wait for its lock for a long time, and its
 * end may not depend on the database.
 */
final class Breaker {

    /** An attempt was refused. Not a {@link LockException}, so that retries do not repeat it. */
    static final class OpenException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final LockUnavailableException exception;

        OpenException(LockUnavailableException exception) {
            super(exception.getMessage(), exception, false, false);
            this.exception = exception;
        }

        /** Returns the exception that the caller of the locker gets. */
        LockUnavailableException toException() {
            exception.fillInStackTrace();
            return exception;
        }
    }

    /** Asks the database of the domain for something that it answers at once. */
    @FunctionalInterface
    interface Ping {
        void ask() throws InterruptedException;
    }

    /**
     * The state of an open circuit breaker, by the clock.
     *
     * @param sinceNanos when it opened
     * @param untilNanos until when every attempt is refused
     */
    private record Opened(long sinceNanos, long untilNanos) {}

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    private final String domain;
    private final int mostFailures;
    private final Duration delay;
    private final Ping ping;

    /** Counts as {@link System#nanoTime()} does. */
    private final LongSupplier clock;

    /** The number since the last answer. Guarded by this, as all fields below. */
    private int failures;

    /** When the database last answered. A failure of what began before that does not count. */
    private long answeredNanos;

    /** The last failure; null before the first. */
    private @Nullable LockException lastFailure;

    /** Null while the circuit breaker is closed. */
    private @Nullable Opened opened;

    /** Whether a caller is asking the database. */
    private boolean isAsked;

    /**
     * Makes a closed circuit breaker.
     *
     * @param mostFailures how many failures in a row open it; 0 for never
     */
    Breaker(String domain, int mostFailures, Duration delay, Ping ping, LongSupplier clock) {
        this.domain = domain;
        this.mostFailures = mostFailures;
        this.delay = delay;
        this.ping = ping;
        this.clock = clock;
        this.answeredNanos = clock.getAsLong();
    }

    /**
     * Admits an attempt, or refuses it while the circuit breaker is open. May ask the database, which blocks.
     *
     * @return the moment at which the attempt begins, for {@link #failed}
     * @throws OpenException if the attempt is refused
     */
    long admit() throws InterruptedException {
        if (mostFailures > 0 && claimQuestion()) {
            askDatabase();
        }
        return clock.getAsLong();
    }

    /** Notes that the database has granted the lock of an attempt. */
    void granted() {
        if (mostFailures > 0) {
            answered();
        }
    }

    /**
     * Notes that an attempt failed.
     *
     * @param begunNanos when it began
     */
    void failed(LockException failure, long begunNanos) {
        if (mostFailures > 0) {
            judge(failure, begunNanos);
        }
    }

    /**
     * Returns true to the one caller that has to ask the database, and refuses the others while the circuit breaker is
     * open.
     */
    private synchronized boolean claimQuestion() {
        Opened open = opened;
        if (open == null) {
            return false;
        }
        long leftNanos = open.untilNanos() - clock.getAsLong();
        if (isAsked || leftNanos > 0) {
            throw refusal(open, leftNanos);
        }
        isAsked = true;
        return true;
    }

    /**
     * If a different problem prevents the question, such as an exhausted pool, the attempt continues and shows that
     * problem.
     */
    private void askDatabase() throws InterruptedException {
        long begunNanos = clock.getAsLong();
        try {
            ping.ask();
            answered();
        } catch (LockException e) {
            judge(e, begunNanos);
            if (Reachability.isUnreachable(e)) {
                refuseIfOpen();
            }
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, "the database could not be asked; the attempt will show why", e);
        } finally {
            synchronized (this) {
                isAsked = false;
            }
        }
    }

    private synchronized void refuseIfOpen() {
        Opened open = opened;
        if (open != null) {
            throw refusal(open, open.untilNanos() - clock.getAsLong());
        }
    }

    private OpenException refusal(Opened open, long leftNanos) {
        Duration since = Duration.ofNanos(clock.getAsLong() - open.sinceNanos());
        Duration left = Duration.ofNanos(Math.max(0, leftNanos));
        return new OpenException(Messages.refusedByBreaker(domain, failures, since, left, requireNonNull(lastFailure)));
    }

    /** Contention and limits may exist in this JVM alone, so they are no answer of the database. */
    private void judge(LockException failure, long begunNanos) {
        if (Reachability.isUnreachable(failure)) {
            unreachable(failure, begunNanos);
        } else if (!(failure instanceof LockNotAcquiredException)
                && !(failure instanceof LockConnectionTimeoutException)
                && !(failure instanceof LockLimitException)) {
            answered();
        }
    }

    private synchronized void answered() {
        failures = 0;
        answeredNanos = clock.getAsLong();
        if (opened != null) {
            Messages.breakerClosed(domain, Duration.ofNanos(answeredNanos - opened.sinceNanos()));
            opened = null;
        }
    }

    private synchronized void unreachable(LockException failure, long begunNanos) {
        long now = clock.getAsLong();
        if (begunNanos - answeredNanos < 0) {
            return;
        }
        failures++;
        lastFailure = failure;
        if (opened == null && failures >= mostFailures) {
            opened = new Opened(now, now + delay.toNanos());
            Messages.breakerOpened(domain, failures, failure);
        } else if (opened != null && opened.untilNanos() - now <= 0) {
            opened = new Opened(opened.sinceNanos(), now + delay.toNanos());
        }
    }
}
