// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.postgres.hold.HeldLock;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.thread.Interruption;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How far an acquisition has come. The outcome belongs to whoever completes it first: the keeper that asks the server, or the
 * caller that gives up. The stage says what the keeper does; only the keeper moves it once it works.
 */
final class AcquisitionProgress {

    /** In their order; from SERVER an acquisition returns to ADMITTED if it has to wait on a session of its own. */
    enum Stage {
        /** Waits for its turn in the local queue. */
        IN_LINE,
        /** Waits for a keeper thread. */
        ADMITTED,
        /** The keeper waits until there may be one more lock. */
        LOCK_PERMIT,
        /** The keeper waits until there may be one more session. */
        SESSION_PERMIT,
        /** The keeper waits for a connection, or pauses before it tries another. */
        CONNECTION,
        /** The keeper has asked the server. */
        SERVER,
        /** Nothing of the acquisition runs any more. */
        FINISHED
    }

    private final CompletableFuture<Optional<HeldLock>> outcome = new CompletableFuture<>();
    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.IN_LINE);
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Interruption opening = new Interruption(outcome::isDone);

    /** The session for this lock alone that asks the server; null if there is none. */
    private volatile @Nullable LockSession asking;

    /** The lock; empty if somebody else held it for the whole wait; or the failure. */
    CompletableFuture<Optional<HeldLock>> outcome() {
        return outcome;
    }

    boolean isDecided() {
        return outcome.isDone();
    }

    Stage stage() {
        return requireNonNull(stage.get());
    }

    boolean move(Stage from, Stage to) {
        return stage.compareAndSet(from, to);
    }

    void reach(Stage next) {
        stage.set(next);
    }

    /** What the keeper does before it asks the server, which may be interrupted. */
    Interruption opening() {
        return opening;
    }

    @Nullable
    LockSession asking() {
        return asking;
    }

    void asking(@Nullable LockSession session) {
        asking = session;
    }

    void finish() {
        stage.set(Stage.FINISHED);
        finished.countDown();
    }

    /** Blocks until nothing of the acquisition runs any more; false if the time has passed before. */
    boolean awaitFinish(long millis) throws InterruptedException {
        return finished.await(millis, TimeUnit.MILLISECONDS);
    }
}
