// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockInfo;
import io.holdfast.lock.LockRequest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Shows the locks of one namespace in memory. Each request has a session of its own, whose process id is its number.
 *
 * @param memory the locks
 * @param namespace the namespace
 */
record InMemoryAdmin(InMemoryLocks memory, int namespace) implements LockAdmin {

    private static final String USER = "in-memory";

    /** Describes the session of a request. */
    static LockInfo.Session session(InMemoryLocks.Waiter request) {
        return new LockInfo.Session(
                request.id(), request.since(), request.request().mode(), USER, "", null, request.since());
    }

    @Override
    public List<LockInfo> locks() {
        return memory.describe(namespace);
    }

    @Override
    public Optional<LockInfo> lock(String key) {
        String valid = LockRequest.of(key).key();
        return locks().stream().filter(lock -> valid.equals(lock.key())).findFirst();
    }

    @Override
    public boolean terminate(LockInfo lock, LockInfo.Session session) {
        Objects.requireNonNull(session, "session");
        return memory.terminate(lock.lockId(), session.pid());
    }
}
