// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import jakarta.annotation.Nullable;

/** Root of what can go wrong with a lock. Its subclasses are the outcomes that a caller may want to tell apart. */
public abstract class LockException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LockException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
