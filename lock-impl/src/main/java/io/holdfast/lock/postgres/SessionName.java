// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a session that holds a lock shows in its application name, which every role of the server can read:
 * {@code <name as it was> holdfast/<namespace>/<time of the grant>/<key>}. The time is in seconds and hexadecimal. A key that
 * does not fit, or has other characters than printable ASCII, is left out. A session for many locks has {@code shared} before
 * the time, and its time says nothing of a single lock.
 *
 * @param before what stands before the time
 * @param after what stands after it
 */
record SessionName(String before, String after) {

    /** The server cuts off what is longer. */
    private static final int LONGEST = 63;

    private static final int TIME = 8;
    private static final int SHORTEST_FORMER_NAME = 8;
    private static final Pattern PRINTABLE = Pattern.compile("[ -~]+");

    /** The first that fits, since what follows it is the key, which may look the same. */
    private static final Pattern FORMAT =
            Pattern.compile("(?:.*? )?holdfast/(-?\\d{1,10})/(shared/)?([0-9a-f]{8})(?:/([ -~]+))?");

    /** Wider than {@link #FORMAT}: what only looks like it may hold a key, too. */
    private static final Pattern SHOWN = Pattern.compile("(?:^| )holdfast/.*", Pattern.DOTALL);

    /** What another session shows of its lock; {@code grantedAt} is null if it is for many. */
    record Published(
            int namespace,
            @Nullable Instant grantedAt,
            @Nullable String key) {}

    static SessionName of(int namespace, @Nullable String key) {
        String before = " holdfast/" + namespace + "/";
        boolean fits = key != null
                && PRINTABLE.matcher(key).matches()
                && SHORTEST_FORMER_NAME + before.length() + TIME + 1 + key.length() <= LONGEST;
        return new SessionName(before, fits ? "/" + key : "");
    }

    static SessionName shared(int namespace) {
        return new SessionName(" holdfast/" + namespace + "/shared/", "");
    }

    /** How much of the former name there is room for. */
    int roomForFormerName() {
        return LONGEST - before.length() - TIME - after.length();
    }

    /** The application name without what a session of this library adds to it. */
    static String former(String applicationName) {
        return SHOWN.matcher(applicationName).replaceFirst("");
    }

    /** Empty if this is no name of a session of this library. */
    static Optional<Published> parse(String applicationName) {
        Matcher matcher = FORMAT.matcher(applicationName);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Published(
                    Integer.parseInt(matcher.group(1)),
                    matcher.group(2) == null ? Instant.ofEpochSecond(Long.parseLong(matcher.group(3), 16)) : null,
                    matcher.group(4)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
