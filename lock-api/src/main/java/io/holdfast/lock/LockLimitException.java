// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import org.jspecify.annotations.Nullable;

/**
 * The locker itself refused to use a further session, or to hold a further lock, since its configured limit is reached and
 * stayed so for the smaller of the wait and the connection timeout. Nothing is known of the lock: this is not contention.
 */
public final class LockLimitException extends LockException {

    private static final long serialVersionUID = 1L;

    /**
     * Tells what happened.
     *
     * @param message what happened to which lock, and what to do
     * @param cause why, or null
     */
    public LockLimitException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
