// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.postgres.config.UnansweredConnectException;

/** Distinguishes a database that cannot be reached from a pool that has no connection left. */
public final class Reachability {

    private Reachability() {}

    /** Whether the database could not be reached. */
    static boolean isUnreachable(LockException failure) {
        return failure instanceof LockConnectionTimeoutException
                ? isUnanswered(failure)
                : failure instanceof LockUnavailableException;
    }

    /**
     * Whether the pool had no connection left besides those of the locks.
     *
     * @return whether the database may be reachable all the same
     */
    public static boolean isPoolExhausted(Throwable failure) {
        return failure instanceof LockConnectionTimeoutException && !isUnanswered(failure);
    }

    private static boolean isUnanswered(Throwable failure) {
        return failure.getCause() instanceof UnansweredConnectException;
    }
}
