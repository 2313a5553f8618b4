// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.hold.Place;
import io.holdfast.lock.postgres.hold.Tenure;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A place in the queue of a key, and later the right to ask the server, or to hold the lock. Methods may be called
 * on any thread.
 */
final class Turn implements Place<Tenure> {

    enum Stage {
        IN_LINE,
        ASKING,
        HOLDING,
        ENDED
    }

    /** What a turn brings: the right to ask the server, its end because others have the key, or the lock itself. */
    enum Outcome {
        MAY_ASK,
        REFUSED,
        HANDED_OVER
    }

    /**
     * The arrival of a turn.
     *
     * @param tenure the lock that is handed over, which has to be taken over; null if there is none
     */
    record Arrival(Outcome outcome, @Nullable Tenure tenure) {
        static final Arrival MAY_ASK = new Arrival(Outcome.MAY_ASK, null);
        static final Arrival REFUSED = new Arrival(Outcome.REFUSED, null);
    }

    /** Changes the queue of the key, under its lock. */
    private final Consumer<Consumer<KeyQueue>> changes;

    private final long lockId;
    final LockRequest request;
    private final CompletableFuture<Arrival> arrival = new CompletableFuture<>();

    /** Written once, by {@code LocalQueues}. It remains the queue of the key while the turn lasts. */
    @Nullable
    KeyQueue queue;

    boolean waiting;
    Stage stage = Stage.IN_LINE;
    boolean asked;
    private volatile boolean refused;

    /** What to do when the turn has ended; a turn that is passed on passes it on, too. */
    private @Nullable Runnable onEnd;

    Turn(Consumer<Consumer<KeyQueue>> changes, long lockId, LockRequest request, boolean waiting) {
        this.changes = changes;
        this.lockId = lockId;
        this.request = request;
        this.waiting = waiting;
    }

    long lockId() {
        return lockId;
    }

    boolean isExclusive() {
        return request.mode() == LockMode.EXCLUSIVE;
    }

    /** Completes when the server may be asked, when the turn ends before that, or when the lock is handed over. */
    CompletableFuture<Arrival> arrival() {
        return arrival;
    }

    /** Whether the turn has ended, because others have the key. */
    boolean isRefused() {
        return arrival.getNow(Arrival.MAY_ASK).outcome() == Outcome.REFUSED;
    }

    /** Whether the server may be asked already. */
    boolean mayAskNow() {
        return arrival.getNow(Arrival.REFUSED).outcome() == Outcome.MAY_ASK;
    }

    void completeArrival() {
        arrival.complete(stage == Stage.ENDED ? Arrival.REFUSED : Arrival.MAY_ASK);
    }

    /** Stops waiting for others: from now on the turn ends as soon as others are known to have the key. */
    void stopWaiting() {
        changes.accept(queue -> waiting &= stage != Stage.IN_LINE);
    }

    /** To be called when there is a connection, so that the server decides whether the lock is available. */
    void markAsked() {
        changes.accept(queue -> asked = true);
    }

    /** To be called when the server has refused the lock, so that it need not be tried again before a wait. */
    void markRefused() {
        refused = true;
        markAsked();
    }

    boolean wasRefused() {
        return refused;
    }

    /** To be called when the server has granted the lock. */
    void markGranted() {
        changes.accept(queue -> {
            if (queue.asking.remove(this)) {
                stage = Stage.HOLDING;
                queue.holding.add(this);
            }
        });
    }

    /** Runs the action when the turn has ended and was not passed on; at once if it has ended. */
    void whenEnded(Runnable action) {
        boolean[] over = {false};
        changes.accept(queue -> {
            over[0] = stage == Stage.ENDED;
            onEnd = over[0] ? null : action;
        });
        if (over[0]) {
            action.run();
        }
    }

    /**
     * Sets what to do when the turn has ended, as {@link #whenEnded} does. Only for a thread that asks the server
     * itself: nobody else can end the turn, or see the action, before the lock is granted or the turn continues.
     *
     * @param action what to do; null for nothing
     */
    void setOnEndWhileAsking(@Nullable Runnable action) {
        onEnd = action;
    }

    // ---- the successor

    @Override
    public boolean isAwaited() {
        return queue != null && queue.somebodyWaits;
    }

    @Override
    public @Nullable LockRequest next() {
        LockRequest[] next = {null};
        changes.accept(queue -> {
            Turn successor = queue.successorOf(this);
            next[0] = successor == null ? null : successor.request;
        });
        return next[0];
    }

    @Override
    public @Nullable Place<Tenure> passOn(boolean withToken) {
        Turn[] passedTo = {null};
        changes.accept(queue -> {
            Turn successor = queue.successorOf(this);
            if (successor != null && (withToken || !successor.request.fenced())) {
                queue.line.remove(successor);
                queue.holding.set(0, successor);
                successor.stage = Stage.HOLDING;
                successor.onEnd = onEnd;
                stage = Stage.ENDED;
                onEnd = null;
                passedTo[0] = successor;
            }
        });
        return passedTo[0];
    }

    @Override
    public void deliver(Tenure tenure) {
        arrival.complete(new Arrival(Outcome.HANDED_OVER, tenure));
    }

    @Override
    public void markNextRefused() {
        changes.accept(queue -> {
            Turn successor = queue.successorOf(this);
            if (successor != null) {
                successor.refused = true;
            }
        });
    }

    // ---- the end

    /** Leaves the queue, unless the lock was granted or handed over. */
    void leave() {
        end(false);
    }

    /** Ends the turn at any stage; a second call has no effect. */
    @Override
    public void end() {
        end(true);
    }

    private void end(boolean alsoIfHolding) {
        boolean[] ended = {false};
        Runnable[] action = {null};
        changes.accept(queue -> {
            if (alsoIfHolding || stage != Stage.HOLDING) {
                queue.line.remove(this);
                queue.asking.remove(this);
                queue.holding.remove(this);
                stage = Stage.ENDED;
                action[0] = onEnd;
                onEnd = null;
                ended[0] = true;
            }
        });
        if (ended[0]) {
            arrival.complete(Arrival.REFUSED);
        }
        if (action[0] != null) {
            action[0].run();
        }
    }
}
