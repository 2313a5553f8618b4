// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.message;

import io.holdfast.lock.KeyText;
import java.sql.SQLException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Shows in messages what the driver, the pool or the server has reported. */
public final class Causes {

    /**
     * The part of a text that is kept ends before the parameters of a JDBC URL, or before the user that an {@code @}
     * follows, because a password may come next.
     */
    private static final Pattern URL_WITH_CREDENTIALS =
            Pattern.compile("(?s)(jdbc:\\w+:(?:(?=[^\\s?;]*@)|[^\\s?;]*(?=[?;]))).*");

    private static final int DEEPEST = 20;

    private Causes() {}

    /**
     * Returns the first of a chain of failures, which caused the others.
     *
     * @param failure the last failure
     * @return its innermost cause; the failure itself if it has no cause
     */
    public static Throwable innermost(Throwable failure) {
        Throwable innermost = failure;
        for (int depth = 0; innermost.getCause() != null && depth < DEEPEST; depth++) {
            innermost = innermost.getCause();
        }
        return innermost;
    }

    /**
     * Shows the innermost cause, as the driver or the server reports it, with the SQLSTATE if there is one.
     *
     * @param cause why something failed; null if nothing is known
     * @return a sentence to append to a sentence without a full stop; empty if nothing is known
     */
    public static String sentence(@Nullable Throwable cause) {
        if (cause == null) {
            return "";
        }
        Throwable innermost = innermost(cause);
        String state = null;
        for (Throwable t = cause; t != null && t != innermost.getCause(); t = t.getCause()) {
            state = t instanceof SQLException e && e.getSQLState() != null ? e.getSQLState() : state;
        }
        String message = innermost.getMessage() == null ? innermost.getClass().getName() : innermost.getMessage();
        return ". Cause: " + shown(message) + (state == null ? "" : " (SQLState " + state + ")");
    }

    /**
     * Makes a text from elsewhere fit for a message: escaped, shortened, and without credentials.
     *
     * @param text any text
     * @return the text in quotes
     */
    public static String shown(String text) {
        return KeyText.of(withoutCredentials(text));
    }

    /**
     * Removes the part of a text that may be a password in a JDBC URL.
     *
     * @param text a text that may contain a URL
     * @return the rest of the text
     */
    public static String withoutCredentials(String text) {
        return URL_WITH_CREDENTIALS.matcher(text).replaceAll("$1...");
    }
}
