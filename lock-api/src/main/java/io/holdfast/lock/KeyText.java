// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/**
 * Shows keys, names of locks and other text of users in messages, logs and {@code toString()}, on one line and never in
 * full length. The result is for people to read: it cannot be converted back into the text, and two texts may have the
 * same result.
 *
 * <p>The text is enclosed in single quotes. The backslash, control characters, line and paragraph separators, lone
 * surrogates, and characters that are invisible or change the direction of writing (Unicode category Cf) are shown as
 * escapes. Therefore a key can neither forge a line of a log nor rearrange one. Of a text of more than 100 characters,
 * the first 100 are shown, followed by the number of characters.
 *
 * @since 0.1.0
 */
public final class KeyText {

    private static final int LONGEST = 100;

    private KeyText() {}

    /**
     * Shows a text.
     *
     * @param key any text; may be empty or contain lone surrogates
     * @return the text in quotes, such as {@code 'order/42'} or {@code 'aaa...' (1048576 characters)}; at most about
     *     700 characters
     * @throws NullPointerException if the text is null
     */
    public static String of(String key) {
        return isShort(key) ? quoted(key) : quoted(key) + " (" + length(key) + ")";
    }

    /**
     * Shows a key and the number of its lock.
     *
     * @param key any text
     * @param lockId the number of the lock on the server, as returned by {@link Locker#lockId}
     * @return the key in quotes and the number, such as {@code 'order/42' (lock id -4157212354532121)}; at most about
     *     700 characters
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

    /** Returns where to cut, which is never between the halves of a surrogate pair. */
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
