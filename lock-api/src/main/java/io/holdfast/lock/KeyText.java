// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/**
 * Shows keys, names of locks and other text of users in messages, logs and {@code toString()}: on one line, and never long. What
 * it gives is for people to read. It cannot be turned back into the text, and two texts may look the same.
 *
 * <p>The text stands in single quotes. Written as escapes are the backslash, control characters, line and paragraph separators
 * and lone surrogates, and what is invisible or changes the direction of writing (Unicode category Cf). So a key can neither
 * forge a line of a log nor rearrange one. Of a text of more than 100 characters, the first 100 are shown and how many it has.
 */
public final class KeyText {

    private static final int LONGEST = 100;

    private KeyText() {}

    /**
     * Shows a text.
     *
     * @param key any text, also an empty one or one with lone surrogates
     * @return the text in quotes, such as {@code 'order/42'} or {@code 'aaa...' (1048576 characters)}; at most some 700
     *     characters
     * @throws NullPointerException if the text is null
     */
    public static String of(String key) {
        return isShort(key) ? quoted(key) : quoted(key) + " (" + length(key) + ")";
    }

    /**
     * Shows a key and its lock.
     *
     * @param key any text
     * @param lockId the lock's number on the server: see {@link Locker#lockId}
     * @return the key in quotes and the number, such as {@code 'order/42' (lock id -4157212354532121)}; at most some 700
     *     characters
     * @throws NullPointerException if the key is null
     */
    public static String of(String key, long lockId) {
        return quoted(key) + " (" + (isShort(key) ? "" : length(key) + ", ") + "lock id " + lockId + ")";
    }

    private static boolean isShort(String key) {
        return key.length() <= LONGEST;
    }

    private static String length(String key) {
        return key.length() + " characters";
    }

    private static String quoted(String key) {
        StringBuilder shown = new StringBuilder("'");
        key.substring(0, end(key)).codePoints().forEach(each -> append(shown, each));
        return shown.append(isShort(key) ? "'" : "...'").toString();
    }

    /** Where to cut, which is not between the halves of a surrogate pair. */
    private static int end(String key) {
        if (isShort(key)) {
            return key.length();
        }
        return Character.isSurrogatePair(key.charAt(LONGEST - 1), key.charAt(LONGEST)) ? LONGEST - 1 : LONGEST;
    }

    private static void append(StringBuilder shown, int codePoint) {
        switch (codePoint) {
            case '\\' -> shown.append("\\\\");
            case '\n' -> shown.append("\\n");
            case '\r' -> shown.append("\\r");
            case '\t' -> shown.append("\\t");
            default -> {
                if (isPlain(codePoint)) {
                    shown.appendCodePoint(codePoint);
                } else {
                    for (char unit : Character.toChars(codePoint)) {
                        shown.append(String.format("\\u%04x", (int) unit));
                    }
                }
            }
        }
    }

    private static boolean isPlain(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
