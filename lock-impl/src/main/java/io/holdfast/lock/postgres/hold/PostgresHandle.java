// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockState;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The handle of a held lock. Nothing that the locker can reach may refer to it, so that the garbage collector finds a
 * handle that was dropped. A handle is not dropped while one of its methods runs; the fences prevent that the collector
 * treats it as if it were.
 */
record PostgresHandle(HeldLock lock) implements LockHandle {

    @Override
    public String key() {
        return lock.request().key();
    }

    @Override
    public String name() {
        return lock.request().name();
    }

    @Override
    public LockMode mode() {
        return lock.request().mode();
    }

    @Override
    public Duration ttl() {
        return lock.ttl();
    }

    @Override
    public LockState state() {
        return lock.state();
    }

    @Override
    public Optional<FencingToken> fencingToken() {
        return lock.fencingToken();
    }

    @Override
    public void onLost(Runnable action) {
        lock.onLost(Objects.requireNonNull(action, "action"));
    }

    @Override
    public void refresh(Duration ttl) {
        try {
            lock.refresh(ttl);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void release() {
        try {
            lock.release();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String toString() {
        return "LockHandle[" + KeyText.of(key()) + ", " + mode() + ", " + state() + "]";
    }
}
