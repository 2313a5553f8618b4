// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import jakarta.ejb.ApplicationException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    private static final Pattern ID = Pattern.compile("HOLDFAST-\\d{4}(?=:)");

    LockException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * The id that the message begins with, such as {@code HOLDFAST-0004}. It names one problem, whatever the lock, and keeps its
     * meaning in later versions; the documentation explains each.
     *
     * @return the id; empty if the message does not begin with one and a colon, as with an exception that an application or
     *     {@code lock-testkit} made
     */
    public final Optional<String> id() {
        String message = getMessage();
        if (message == null) {
            return Optional.empty();
        }
        Matcher id = ID.matcher(message);
        return id.lookingAt() ? Optional.of(id.group()) : Optional.empty();
    }
}
