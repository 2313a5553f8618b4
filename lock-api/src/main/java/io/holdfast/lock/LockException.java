// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import jakarta.ejb.ApplicationException;
import org.jspecify.annotations.Nullable;

/**
 * Root of what can go wrong with a lock. Its subclasses are the outcomes that a caller may want to tell apart.
 *
 * <p>For EJBs these are application exceptions that roll the transaction back, so that callers of a {@link Locked} EJB see
 * them as they are. Not guaranteed: WildFly overlooks that where this class is in the {@code lib} of an EAR, as opposed to
 * a WAR; the callers see an {@code EJBException} then, with the lock's exception as its cause.
 */
@ApplicationException(rollback = true)
public abstract class LockException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LockException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
