// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number that grows with every grant of the same key. It allows a resource to refuse a holder that has lost its lock:
 * the resource remembers the largest token that it has seen, and refuses smaller ones. A grant comes with a token if
 * the request is {@linkplain LockRequest#fenced(boolean) fenced}.
 *
 * <p>A token consists of a position in the write-ahead log of PostgreSQL and the timeline of that log. Therefore it
 * also grows when the server crashes, and on failover to a replica, where the position may decrease, but the timeline
 * increases. The text of {@link #toString()} has the same order as the token, so a resource may store the token as
 * text:
 *
 * <pre>{@code
 * String update = "update account set balance = ?, token = ? where id = ? and token <= ? collate \"C\"";
 * }</pre>
 *
 * <p>If this statement updates no row, a later holder has been there before. Tokens of different databases cannot be
 * compared.
 *
 * <p><b>Not guaranteed:</b> that tokens grow when the database is restored from a backup or copied to another cluster.
 *
 * @param timeline the timeline of the write-ahead log: 1 to 4,294,967,295
 * @param position the position in that timeline, in bytes: not negative
 * @see <a href="https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES">PostgreSQL manual,
 *     "Timelines"</a>
 * @since 0.1.0
 */
public record FencingToken(long timeline, long position) implements Comparable<FencingToken> {

    private static final long LAST_TIMELINE = 0xffff_ffffL;
    private static final Pattern FORMAT = Pattern.compile("([0-9a-f]{8})-([0-7][0-9a-f]{15})");

    /**
     * Creates a token.
     *
     * @param timeline 1 to 4,294,967,295
     * @param position not negative
     * @throws IllegalArgumentException if a number is out of its range
     */
    public FencingToken {
        if (timeline < 1 || timeline > LAST_TIMELINE) {
            throw new IllegalArgumentException("timeline must be 1 to " + LAST_TIMELINE + ": " + timeline);
        }
        if (position < 0) {
            throw new IllegalArgumentException("position must not be negative: " + position);
        }
    }

    /**
     * Returns the token of a text.
     *
     * @param text what {@link #toString()} has returned
     * @return the token
     * @throws IllegalArgumentException if the text is not a token
     */
    public static FencingToken parse(String text) {
        Matcher parts = FORMAT.matcher(Objects.requireNonNull(text, "text"));
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "a fencing token has the form 00000001-00000000016b3748, unlike this text: " + KeyText.of(text));
        }
        return new FencingToken(Long.parseLong(parts.group(1), 16), Long.parseLong(parts.group(2), 16));
    }

    /** Compares the timelines first, and then the positions. */
    @Override
    public int compareTo(FencingToken other) {
        int byTimeline = Long.compare(timeline, other.timeline);
        return byTimeline != 0 ? byTimeline : Long.compare(position, other.position);
    }

    /**
     * Returns 25 characters: both numbers in hexadecimal, with leading zeros. The text has the same order as the token.
     */
    @Override
    public String toString() {
        return String.format("%08x-%016x", timeline, position);
    }
}
