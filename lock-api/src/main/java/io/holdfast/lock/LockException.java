// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import jakarta.ejb.ApplicationException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The root of all exceptions about locks. Each subclass stands for an outcome that a caller may want to handle
 * differently.
 *
 * <p>For EJBs, these are application exceptions that roll the transaction back, so the callers of a {@link Locked} EJB
 * get them unchanged. <b>Not guaranteed:</b> WildFly does not recognize that if this class is in the {@code lib} folder
 * of an EAR, as opposed to a WAR. The callers then get an {@code EJBException} whose cause is the exception of the
 * lock.
 *
 * @since 0.1.0
 */
@ApplicationException(rollback = true)
public abstract class LockException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final Pattern ID = Pattern.compile("HOLDFAST-\\d{4}(?=:)");

    LockException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * Returns the id at the beginning of the message, such as {@code HOLDFAST-0004}. An id stands for one problem,
     * whatever the lock, and keeps its meaning in later versions. The page {@code docs/messages.md} explains each id.
     *
     * @return the id; empty if the message does not begin with an id and a colon, as in an exception that an
     *     application or {@code lock-testkit} has created
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
