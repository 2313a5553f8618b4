// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number that grows with every grant of the same key, so that a resource can refuse a holder whose lock was lost meanwhile:
 * it remembers the largest token that it has seen and refuses smaller ones. Asked for with
 * {@link LockRequest#fenced(boolean)}.
 *
 * <p>It is a position in PostgreSQL's write-ahead log together with the timeline of that log, so it grows also across a
 * crash of the server, and across fail-over to a replica, where the position may go back but the timeline rises.
 * {@link #toString()} orders as the token itself does, so a resource may keep the token as text:
 *
 * <pre>{@code
 * update account set balance = ?, token = ? where id = ? and token <= ? collate "C"
 * }</pre>
 *
 * <p>An update of no row says that a later holder was there first. Tokens of different databases cannot be compared.
 *
 * <p><b>Not guaranteed:</b> that tokens grow when the database is restored from a backup or copied to another cluster.
 *
 * @param timeline the timeline of the write-ahead log; 1 to 4,294,967,295
 * @param position the position in that timeline, in bytes; not negative
 * @see <a href="https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES">PostgreSQL manual,
 *     "Timelines"</a>
 */
public record FencingToken(long timeline, long position) implements Comparable<FencingToken> {

    private static final long LAST_TIMELINE = 0xffff_ffffL;
    private static final Pattern FORMAT = Pattern.compile("([0-9a-f]{8})-([0-7][0-9a-f]{15})");

    /**
     * Checks the ranges.
     *
     * @param timeline 1 to 4,294,967,295
     * @param position not negative
     * @throws IllegalArgumentException if one is out of its range
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
     * The token of this text.
     *
     * @param text what {@link #toString()} gave
     * @return the token
     * @throws IllegalArgumentException if it is no token
     */
    public static FencingToken parse(String text) {
        Matcher parts = FORMAT.matcher(Objects.requireNonNull(text, "text"));
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "not a fencing token, such as 00000001-00000000016b3748: " + KeyText.of(text));
        }
        return new FencingToken(Long.parseLong(parts.group(1), 16), Long.parseLong(parts.group(2), 16));
    }

    /** By timeline first, then by position. */
    @Override
    public int compareTo(FencingToken other) {
        int byTimeline = Long.compare(timeline, other.timeline);
        return byTimeline != 0 ? byTimeline : Long.compare(position, other.position);
    }

    /** 25 characters: both numbers in hexadecimal, with leading zeros. Orders as the token does. */
    @Override
    public String toString() {
        return String.format("%08x-%016x", timeline, position);
    }
}
