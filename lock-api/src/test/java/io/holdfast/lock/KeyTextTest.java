// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class KeyTextTest {

    @Test
    void shouldShowPlainTextAsItIs() {
        assertAll(
                () -> assertEquals("'order/42'", KeyText.of("order/42")),
                () -> assertEquals("''", KeyText.of("")),
                () -> assertEquals("'a \"b\" c'", KeyText.of("a \"b\" c")),
                () -> assertEquals("'\u8ba2\u5355 \u00e9 e\u0301'", KeyText.of("\u8ba2\u5355 \u00e9 e\u0301")),
                () -> assertEquals("'\ud83d\ude00'", KeyText.of("\ud83d\ude00")),
                () -> assertEquals("'order/42' (lock id -42)", KeyText.of("order/42", -42)));
    }

    @Test
    void shouldKeepToOneLine() {
        assertAll(
                () -> assertEquals("'a\\nb\\rc\\td'", KeyText.of("a\nb\rc\td")),
                () -> assertEquals("'\\u0000\\u000b\\u000c\\u001b[2J\\u007f'", KeyText.of("\0\u000b\f\u001b[2J\u007f")),
                () -> assertEquals("'\\u0085\\u009b\\u2028\\u2029'", KeyText.of("\u0085\u009b\u2028\u2029")));
    }

    @Test
    void shouldShowWhatIsInvisible() {
        assertAll(
                () -> assertEquals("'\\u061c\\u200e\\u200f'", KeyText.of("\u061c\u200e\u200f")),
                () -> assertEquals(
                        "'\\u202a\\u202b\\u202c\\u202d\\u202e'", KeyText.of("\u202a\u202b\u202c\u202d\u202e")),
                () -> assertEquals("'\\u2066\\u2067\\u2068\\u2069'", KeyText.of("\u2066\u2067\u2068\u2069")),
                () -> assertEquals("'\\u200b\\u00ad\\ufeff'", KeyText.of("\u200b\u00ad\ufeff")),
                () -> assertEquals("'\\udb40\\udc41'", KeyText.of("\udb40\udc41"), "a tag, beyond 16 bits"));
    }

    @Test
    void shouldShowLoneSurrogates() {
        assertAll(
                () -> assertEquals("'a\\ud800b'", KeyText.of("a\ud800b")),
                () -> assertEquals("'\\udc00\\ud800'", KeyText.of("\udc00\ud800")));
    }

    @Test
    void shouldNotTakeTextForEscapes() {
        assertEquals("'a\\\\nb'", KeyText.of("a\\nb"));
    }

    @Test
    void shouldShorten() {
        String hundred = "a".repeat(100);

        assertAll(
                () -> assertEquals("'" + hundred + "'", KeyText.of(hundred)),
                () -> assertEquals("'" + hundred + "...' (101 characters)", KeyText.of(hundred + "b")),
                () -> assertEquals("'" + hundred + "...' (1048576 characters)", KeyText.of("a".repeat(1 << 20))),
                () -> assertEquals("'" + hundred + "...' (101 characters, lock id 7)", KeyText.of(hundred + "b", 7L)));
    }

    @Test
    void shouldNotCutSurrogatePairs() {
        String most = "a".repeat(99);

        assertAll(
                () -> assertEquals(
                        "'" + most + "...' (101 characters)", KeyText.of(most + "\ud83d\ude00"), "cut before it"),
                () -> assertEquals("'" + most + "\\ud83d...' (101 characters)", KeyText.of(most + "\ud83db")),
                () -> assertEquals(
                        "'" + "a".repeat(98) + "\ud83d\ude00...' (101 characters)",
                        KeyText.of("a".repeat(98) + "\ud83d\ude00b")));
    }

    @Test
    void shouldStayShortWhateverTheText() {
        assertTrue(KeyText.of("\0".repeat(5000), Long.MIN_VALUE).length() < 700);
    }

    @Test
    void shouldRefuseNull() {
        assertThrows(NullPointerException.class, () -> KeyText.of(null));
    }
}
