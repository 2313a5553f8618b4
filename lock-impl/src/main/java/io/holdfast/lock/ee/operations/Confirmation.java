// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.operations;

import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request that does harm was meant by the operator, and not made by a page of another site that the operator's
 * browser shows. The header of its own would do, since a form cannot send it, and a script of another site only where the
 * application allows it (CORS). The rest is for applications that allow too much.
 *
 * @see <a href="https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html">OWASP,
 *     "Cross-Site Request Forgery Prevention"</a>
 */
final class Confirmation {

    static final String HEADER = "Holdfast-Confirm";
    static final String VALUE = "terminate";

    /** What HTML can send without a script. */
    private static final Set<String> FORMS =
            Set.of("application/x-www-form-urlencoded", "multipart/form-data", "text/plain");

    private Confirmation() {}

    /** Takes the value of a header by its name, null if the request has none. */
    static boolean isGiven(UnaryOperator<String> headers) {
        return VALUE.equals(headers.apply(HEADER))
                && !isForm(headers.apply("Content-Type"))
                && isOfSameOrigin(headers.apply("Sec-Fetch-Site"), headers.apply("Origin"), headers.apply("Host"));
    }

    private static boolean isForm(@Nullable String contentType) {
        return contentType != null
                && FORMS.contains(contentType.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT));
    }

    /** A browser that says where a page is from is believed; one that is too old to say it still names its origin. */
    private static boolean isOfSameOrigin(@Nullable String site, @Nullable String origin, @Nullable String host) {
        if (site != null) {
            return site.equals("same-origin") || site.equals("none");
        }
        return origin == null
                || origin.equalsIgnoreCase("http://" + host)
                || origin.equalsIgnoreCase("https://" + host);
    }
}
