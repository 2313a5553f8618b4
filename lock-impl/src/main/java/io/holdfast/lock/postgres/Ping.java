// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One question to the database whether it can hold locks. Its session is given back, or ended if it does not answer. */
final class Ping {

    private static final String WHAT = "a ping";
    private static final String PRODUCT = "PostgreSQL";

    private final SessionAllocation sessions;
    private final Keepers keepers;
    private final Duration timeout;

    /** The session that asks, or null before there is one. Guarded by this. */
    private LockSession session;

    /** Nobody waits for the answer any more. Guarded by this. */
    private boolean abandoned;

    Ping(SessionAllocation sessions, Keepers keepers, Duration timeout) {
        this.sessions = sessions;
        this.keepers = keepers;
        this.timeout = timeout;
    }

    void await() throws InterruptedException {
        CompletableFuture<Void> answer = keepers.submit(this::ask);
        Duration limit = timeout.multipliedBy(2);
        try {
            answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw abandon() ? Messages.noAnswer(WHAT, limit) : Messages.noConnection(WHAT, limit, null);
        } catch (InterruptedException e) {
            abandon();
            throw e;
        } catch (ExecutionException e) {
            throw told(e.getCause());
        }
    }

    private LockException told(Throwable failure) {
        if (failure instanceof LockException e) {
            return e;
        }
        if (failure instanceof SQLException e && SqlStates.isPoolExhausted(e)) {
            return Messages.noConnection(WHAT, timeout, e);
        }
        return Messages.unavailable(WHAT, failure);
    }

    /** Whether there was a session, which is ended then; one that comes later is given back unused. */
    private synchronized boolean abandon() {
        abandoned = true;
        if (session == null) {
            return false;
        }
        keepers.submit(() -> {
            session.end();
            return null;
        });
        return true;
    }

    private Void ask() throws SQLException {
        LockSession opened = sessions.allocate();
        synchronized (this) {
            session = opened;
            if (abandoned) {
                sessions.giveBack(opened);
                return null;
            }
        }
        boolean answered = false;
        try {
            opened.pin();
            String product = opened.databaseProduct();
            boolean standby = PRODUCT.equals(product) && opened.isStandby();
            answered = true;
            requireFit(product, standby);
            return null;
        } finally {
            if (answered) {
                sessions.giveBack(opened);
            } else {
                opened.end();
            }
        }
    }

    private static void requireFit(String product, boolean standby) {
        if (!PRODUCT.equals(product)) {
            throw Messages.notPostgres(product);
        }
        if (standby) {
            throw Messages.standby("locks");
        }
    }
}
