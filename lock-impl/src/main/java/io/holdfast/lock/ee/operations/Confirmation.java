// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.operations;

import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the operator intended a harmful request, and that it does not come from a page of another site that the
 * operator's browser shows. The header would be enough, because a form cannot send it, and a script of another site can
 * send it only where the application allows that (CORS). The other conditions are for applications that allow too much.
 *
 * @see <a href="https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html">
 *     OWASP, "Cross-Site Request Forgery Prevention"</a>
 */
final class Confirmation {

    static final String HEADER = "Holdfast-Confirm";
    static final String VALUE = "terminate";

    /** The types of content that a page can send without a script. */
    private static final Set<String> FORMS =
            Set.of("application/x-www-form-urlencoded", "multipart/form-data", "text/plain");

    private Confirmation() {}

    /** Receives a function that returns the value of a header by its name, null if the request does not have it. */
    static boolean isGiven(UnaryOperator<String> headers) {
        return VALUE.equals(headers.apply(HEADER))
                && !isForm(headers.apply("Content-Type"))
                && isOfSameOrigin(headers.apply("Sec-Fetch-Site"), headers.apply("Origin"), headers.apply("Host"));
    }

    private static boolean isForm(@Nullable String contentType) {
        return contentType != null
                && FORMS.contains(contentType.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT));
    }

    /** Relies on the browser, which sends the site of the page or, if it is an old one, its origin. */
    private static boolean isOfSameOrigin(@Nullable String site, @Nullable String origin, @Nullable String host) {
        if (site != null) {
            return site.equals("same-origin") || site.equals("none");
        }
        return origin == null
                || origin.equalsIgnoreCase("http://" + host)
                || origin.equalsIgnoreCase("https://" + host);
    }
}
