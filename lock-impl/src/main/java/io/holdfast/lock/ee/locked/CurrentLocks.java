// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockHandles;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The locks of the innermost {@code @Locked} method of the calling thread, for applications that inject them. */
@ApplicationScoped
class CurrentLocks implements CurrentLock {

    @Inject
    private LockedCalls calls;

    private LockHandles handles() {
        return calls.current().handles();
    }

    @Override
    public List<String> keys() {
        return handles().all().stream().map(LockHandle::key).toList();
    }

    @Override
    public boolean isHeld() {
        return handles().isHeld();
    }

    @Override
    public void requireHeld(String key) {
        calls.requireHeld(Objects.requireNonNull(key, "key"));
    }

    @Override
    public Optional<FencingToken> fencingToken() {
        List<LockHandle> locks = handles().all();
        if (locks.size() > 1) {
            throw Messages.severalTokens(locks.size());
        }
        return locks.get(0).fencingToken();
    }

    @Override
    public void refresh(Duration ttl) {
        handles().refresh(ttl);
    }
}
