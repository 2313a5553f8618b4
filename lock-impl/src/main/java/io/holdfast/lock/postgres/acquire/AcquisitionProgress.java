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
 * The progress of an acquisition. Its outcome is decided by the side that completes it first, which is the keeper that
 * asks the server, or the caller that gives up. The stage shows what the keeper does; once the keeper works, only the
 * keeper moves the stage.
 */
final class AcquisitionProgress {

    /**
     * The stages in their order; an acquisition that has to wait on a dedicated session returns from SERVER to
     * ADMISSION.
     */
    enum Stage {
        /** The acquisition waits for its turn in the local queue. */
        IN_LINE,
        /** The acquisition waits for a keeper thread. */
        ADMISSION,
        /** The keeper waits until the limit of locks allows one more. */
        LOCK_PERMIT,
        /** The keeper waits until the limit of sessions allows one more. */
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

    /** The dedicated session that asks the server; null if there is none. */
    private volatile @Nullable LockSession asking;

    /** The lock, or the failure; empty if somebody else held the lock for the whole wait. */
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

    /** The work of the keeper before it asks the server, which may be interrupted. */
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

    /** Blocks until nothing of the acquisition runs any more; returns false if this time passes first. */
    boolean awaitFinish(long millis) throws InterruptedException {
        return finished.await(millis, TimeUnit.MILLISECONDS);
    }
}
