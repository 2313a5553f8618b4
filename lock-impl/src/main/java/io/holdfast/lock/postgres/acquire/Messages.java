// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockUnavailableException;
import java.lang.System.Logger;

/** All texts of this package for users, in the order of their ids. */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static LockUnavailableException lateGrant(String lock) {
        return new LockUnavailableException("""
                HOLDFAST-0009: %s was granted, but the server released it again before its answer arrived, because the \
                enforced ttl or the heartbeat had passed. Check the network, and use a longer ttl or heartbeat\
                """.formatted(lock), null);
    }

    static IllegalStateException closed(String subject) {
        return new IllegalStateException("""
                HOLDFAST-0010: the request for %s was rejected because the locker is closed: the application is \
                stopping\
                """.formatted(subject));
    }

    static LockLimitException tooManyLocks(String lock, int limit) {
        return new LockLimitException("""
                HOLDFAST-0018: %s was not acquired because this locker already holds or waits for %s locks. Hold fewer \
                locks at once, or raise holdfast.max-locks; the limit protects the server's lock table\
                """.formatted(lock, limit), null);
    }

    static IllegalArgumentException noTransactions(String lock) {
        return new IllegalArgumentException("""
                HOLDFAST-0031: %s was requested with scope TRANSACTION in a way that does not know the caller's \
                transaction. Call acquire or tryAcquire of the injected locker, on the thread of the transaction\
                """.formatted(lock));
    }
}
