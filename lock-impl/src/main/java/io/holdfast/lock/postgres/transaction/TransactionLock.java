// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.transaction;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.thread.Elapsed;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The handle of a lock that ends with its transaction. A release only marks that the holder has finished: the server
 * releases the lock when the transaction ends. A loss is never reported: if the session ends, the transaction fails.
 */
public final class TransactionLock implements LockHandle {

    private final LockAttempt attempt;
    private final LockRequest request;
    private final LockListener listeners;
    private final long grantedNanos = System.nanoTime();
    private final AtomicBoolean released = new AtomicBoolean();
    private final AtomicBoolean completed = new AtomicBoolean();

    TransactionLock(LockAttempt attempt, LockListener listeners) {
        this.attempt = attempt;
        this.request = attempt.request();
        this.listeners = listeners;
    }

    /** To be called when the transaction has ended; a second call has no effect. */
    public void completed() {
        if (completed.compareAndSet(false, true)) {
            listeners.released(attempt, this, Elapsed.since(grantedNanos));
        }
    }

    @Override
    public String key() {
        return request.key();
    }

    @Override
    public String name() {
        return request.name();
    }

    @Override
    public LockMode mode() {
        return request.mode();
    }

    @Override
    public Duration ttl() {
        return request.ttl();
    }

    @Override
    public LockState state() {
        return released.get() || completed.get() ? LockState.RELEASED : LockState.HELD;
    }

    @Override
    public Optional<FencingToken> fencingToken() {
        return Optional.empty();
    }

    @Override
    public void onLost(Runnable action) {
        // A loss is never reported: if the session ends, the transaction fails.
    }

    /**
     * Always throws, because there is no ttl.
     *
     * @throws IllegalStateException always
     */
    @Override
    public void refresh(Duration ttl) {
        throw Messages.notRefreshable(Shown.lock(attempt));
    }

    @Override
    public void release() {
        if (!released.compareAndSet(false, true)) {
            throw CommonMessages.notHeld(Shown.lock(attempt), LockState.RELEASED);
        }
    }

    @Override
    public void close() {
        released.set(true);
    }

    @Override
    public String toString() {
        return "LockHandle[" + KeyText.of(key()) + ", " + mode() + ", " + state() + ", in a transaction]";
    }
}
