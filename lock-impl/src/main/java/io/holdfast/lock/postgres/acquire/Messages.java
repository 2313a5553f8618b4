// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockUnavailableException;
import java.lang.System.Logger;

/** Everything that users read of this package, in the order of the ids. An id is never used again for something else. */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static LockUnavailableException lateGrant(String lock) {
        return new LockUnavailableException(
                "HOLDFAST-0009: " + lock + " was granted, but the server had freed it again before the answer arrived:"
                        + " the enforced ttl or the heartbeat had passed. Check the network, and use a longer ttl or heartbeat",
                null);
    }

    static IllegalStateException closed(String what) {
        return new IllegalStateException(
                "HOLDFAST-0010: " + what + " was refused because the locker is closed; the application is stopping");
    }

    static LockLimitException tooManyLocks(String what, int limit) {
        return new LockLimitException(
                "HOLDFAST-0018: " + what + " was refused: this locker holds or waits for " + limit
                        + " locks already. Hold"
                        + " fewer locks at once or raise holdfast.max-locks; the server's lock table must not fill up",
                null);
    }

    static IllegalArgumentException noTransactions(String lock) {
        return new IllegalArgumentException("HOLDFAST-0031: " + lock
                + " is asked for in a transaction, which is not known here. Call acquire or tryAcquire of the locker that"
                + " the container injects, on the thread of the transaction");
    }
}
