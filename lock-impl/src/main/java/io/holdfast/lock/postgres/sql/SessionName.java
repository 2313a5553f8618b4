// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a session that holds a lock shows in its application name, which every role of the server can read: {@code <name
 * as it was> holdfast/<namespace>/<time of the grant>/<key>}. The time is in seconds and hexadecimal. A key that does
 * not fit, or has other characters than printable ASCII, is left out. A session for many locks has {@code shared}
 * before the time, which is not the time of the grant of any single lock.
 *
 * @param before what precedes the time
 * @param after what follows the time
 */
public record SessionName(String before, String after) {

    /** The server truncates longer names. */
    private static final int LONGEST = 63;

    private static final int TIME = 8;
    private static final int SHORTEST_FORMER_NAME = 8;

    /** Finds the first match, since what follows it is the key, which may look the same. */
    private static final Pattern FORMAT =
            Pattern.compile("(?:.*? )?holdfast/(-?\\d{1,10})/(shared/)?([0-9a-f]{8})(?:/([ -~]+))?");

    /** Accepts more than {@link #FORMAT}, since a text that only resembles it may contain a key, too. */
    private static final Pattern SHOWN = Pattern.compile("(?:^| )holdfast/.*", Pattern.DOTALL);

    /**
     * What a session shows of its lock.
     *
     * @param namespace the namespace of the lock
     * @param grantedAt when the lock was granted; null if the session is for many locks
     * @param key the key of the lock; null if it is not shown
     */
    public record Published(
            int namespace,
            @Nullable Instant grantedAt,
            @Nullable String key) {}

    /**
     * The name of a session for one lock.
     *
     * @param namespace the namespace of the lock
     * @param key the key to show; null for none
     * @return the name
     */
    public static SessionName of(int namespace, @Nullable String key) {
        String before = " holdfast/" + namespace + "/";
        boolean fits = key != null
                && isPrintable(key)
                && SHORTEST_FORMER_NAME + before.length() + TIME + 1 + key.length() <= LONGEST;
        return new SessionName(before, fits ? "/" + key : "");
    }

    /** Whether a text has printable ASCII characters only, and at least one. Most keys pass here, so it is fast. */
    private static boolean isPrintable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /**
     * The name of a session for many locks.
     *
     * @param namespace the namespace of the locks
     * @return the name
     */
    public static SessionName ofMany(int namespace) {
        return new SessionName(" holdfast/" + namespace + "/shared/", "");
    }

    /**
     * What the name of a session has before the time.
     *
     * @param formerName the application name as it was, which is cut to make room for the key
     */
    String precedingTime(String formerName) {
        return formerName.substring(0, Math.min(formerName.length(), roomForFormerName())) + before;
    }

    /**
     * The whole name.
     *
     * @param formerName as above
     * @param seconds the time, in seconds since 1970
     */
    String at(String formerName, long seconds) {
        return precedingTime(formerName) + Long.toHexString(seconds) + after;
    }

    /** How many characters of the former name fit. */
    int roomForFormerName() {
        return LONGEST - before.length() - TIME - after.length();
    }

    /**
     * Removes what a session of this library adds to its application name.
     *
     * @param applicationName an application name
     * @return the application name as it was before
     */
    public static String former(String applicationName) {
        return SHOWN.matcher(applicationName).replaceFirst("");
    }

    /**
     * Reads what a session shows of its lock.
     *
     * @param applicationName the application name of the session
     * @return what it shows; empty if it is no session of this library
     */
    public static Optional<Published> parse(String applicationName) {
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
