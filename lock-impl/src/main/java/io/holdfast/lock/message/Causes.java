// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.message;

import io.holdfast.lock.KeyText;
import java.sql.SQLException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How messages show what the driver, the pool or the server said. */
public final class Causes {

    /** Left out from its parameters on, or from the user before an {@code @}, to the end of the text: either may be a password. */
    private static final Pattern URL_WITH_CREDENTIALS =
            Pattern.compile("(?s)(jdbc:\\w+:(?:(?=[^\\s?;]*@)|[^\\s?;]*(?=[?;]))).*");

    private static final int DEEPEST = 20;

    private Causes() {}

    /**
     * The first of a chain of failures, which led to the others.
     *
     * @param failure the last one
     * @return the failure itself if it has no cause
     */
    public static Throwable innermost(Throwable failure) {
        Throwable innermost = failure;
        for (int depth = 0; innermost.getCause() != null && depth < DEEPEST; depth++) {
            innermost = innermost.getCause();
        }
        return innermost;
    }

    /**
     * What happened in the end, as the driver or the server reports it, with the SQLSTATE if there is one.
     *
     * @param cause why something failed; null if nothing is known
     * @return a sentence to append to another one that has no full stop; empty if nothing is known
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
     * A text of others for a message: escaped, shortened, and without credentials.
     *
     * @param text what they said
     * @return the text in quotes
     */
    public static String shown(String text) {
        return KeyText.of(withoutCredentials(text));
    }

    /**
     * Without what may be a password in a JDBC URL.
     *
     * @param text what may contain a URL
     * @return the text
     */
    public static String withoutCredentials(String text) {
        return URL_WITH_CREDENTIALS.matcher(text).replaceAll("$1...");
    }
}
