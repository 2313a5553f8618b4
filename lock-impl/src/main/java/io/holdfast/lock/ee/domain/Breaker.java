// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.ee.domain.Retrying.Attempt;
import io.holdfast.lock.postgres.config.UnansweredConnectException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The circuit breaker of one domain. It opens when so many attempts in a row could not reach the database, and refuses further
 * ones. After the delay one caller asks the database while the others are still refused, and its answer closes the breaker. That
 * question is a ping: an attempt may wait for a lock for a long time, and its end may say nothing about the database.
 */
final class Breaker {

    /** Not a {@link LockException}, so that a retry does not repeat it. */
    static final class Refusal extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Refusal(LockUnavailableException told) {
            super(told.getMessage(), told, false, false);
        }

        /** What the caller of the locker gets. */
        LockUnavailableException told() {
            LockUnavailableException told = (LockUnavailableException) getCause();
            told.fillInStackTrace();
            return told;
        }
    }

    /** Asks the database of the domain something that it answers at once. */
    @FunctionalInterface
    interface Ping {
        void ask() throws InterruptedException;
    }

    /**
     * When it opened, by the clock.
     *
     * @param sinceNanos when it opened
     * @param untilNanos until when everything is refused
     */
    private record Opened(long sinceNanos, long untilNanos) {}

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    private final String domain;
    private final int mostFailures;
    private final Duration delay;
    private final Ping ping;

    /** As {@link System#nanoTime()}. */
    private final LongSupplier clock;

    /** Since the last answer. Guarded by this, as everything below. */
    private int failures;

    /** When the database last answered. What began before that does not count as a failure. */
    private long answeredNanos;

    /** The last failure; null before the first. */
    @Nullable
    private LockException lastFailure;

    /** Null while it is closed. */
    @Nullable
    private Opened opened;

    /** Whether a caller asks the database whether to close it. */
    private boolean asking;

    /**
     * A closed one.
     *
     * @param mostFailures how many in a row open it; 0 for never
     */
    Breaker(String domain, int mostFailures, Duration delay, Ping ping, LongSupplier clock) {
        this.domain = domain;
        this.mostFailures = mostFailures;
        this.delay = delay;
        this.ping = ping;
        this.clock = clock;
        this.answeredNanos = clock.getAsLong();
    }

    Optional<LockHandle> run(Attempt attempt) throws InterruptedException {
        if (mostFailures == 0) {
            return attempt.run();
        }
        if (isQuestionDue()) {
            askWhetherToClose();
        }
        long begunNanos = clock.getAsLong();
        try {
            Optional<LockHandle> lock = attempt.run();
            if (lock.isPresent()) {
                answered();
            }
            return lock;
        } catch (LockException e) {
            judge(e, begunNanos);
            throw e;
        }
    }

    /** True for the one caller that is to ask the database; the others are refused while it is open. */
    private synchronized boolean isQuestionDue() {
        if (opened == null) {
            return false;
        }
        long leftNanos = opened.untilNanos() - clock.getAsLong();
        if (asking || leftNanos > 0) {
            throw refusal(leftNanos);
        }
        asking = true;
        return true;
    }

    /** Where it cannot be asked for another reason, such as an exhausted pool, the attempt goes on and shows what is wrong. */
    private void askWhetherToClose() throws InterruptedException {
        long begunNanos = clock.getAsLong();
        try {
            ping.ask();
            answered();
        } catch (LockException e) {
            judge(e, begunNanos);
            if (isUnreachable(e)) {
                refuseIfOpen();
            }
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, "the locker is closed, as the attempt will show", e);
        } finally {
            synchronized (this) {
                asking = false;
            }
        }
    }

    private synchronized void refuseIfOpen() {
        if (opened != null) {
            throw refusal(opened.untilNanos() - clock.getAsLong());
        }
    }

    private Refusal refusal(long leftNanos) {
        Duration since = Duration.ofNanos(clock.getAsLong() - opened.sinceNanos());
        Duration left = Duration.ofNanos(Math.max(0, leftNanos));
        return new Refusal(Messages.refusedByBreaker(domain, failures, since, left, lastFailure));
    }

    /** Contention and limits may be this JVM's alone, and then say nothing about the database. */
    private void judge(LockException failure, long begunNanos) {
        if (isUnreachable(failure)) {
            failed(failure, begunNanos);
        } else if (!(failure instanceof LockNotAcquiredException)
                && !(failure instanceof LockConnectionTimeoutException)
                && !(failure instanceof LockLimitException)) {
            answered();
        }
    }

    private static boolean isUnreachable(LockException failure) {
        if (failure instanceof LockConnectionTimeoutException) {
            return failure.getCause() instanceof UnansweredConnectException;
        }
        return failure instanceof LockUnavailableException;
    }

    /** By the database. */
    private synchronized void answered() {
        failures = 0;
        answeredNanos = clock.getAsLong();
        if (opened != null) {
            Messages.breakerClosed(domain, Duration.ofNanos(answeredNanos - opened.sinceNanos()));
            opened = null;
        }
    }

    private synchronized void failed(LockException failure, long begunNanos) {
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
