// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.postgres.transaction.TransactionLock;

/** Checks whether a lock that is held has what another request for its key needs. */
final class Reuse {

    private Reuse() {}

    static void require(LockRequest request, LockHandle held) {
        if (held.mode() == LockMode.SHARED && request.mode() == LockMode.EXCLUSIVE) {
            throw Messages.notUpgradable(request.key());
        }
        if (request.fenced() && held.fencingToken().isEmpty()) {
            throw Messages.notFenced(request.key());
        }
        if (held instanceof TransactionLock && request.scope() == LockScope.SESSION) {
            throw Messages.heldInTransaction(request.key());
        }
    }
}
