// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FencingTokenTest {

    private static final long LAST_TIMELINE = 4_294_967_295L;

    /** The smallest first. */
    private static final List<FencingToken> ORDERED = List.of(
            new FencingToken(1, 0),
            new FencingToken(1, 9),
            new FencingToken(1, 10),
            new FencingToken(1, 0xffL),
            new FencingToken(1, 0x100L),
            new FencingToken(1, 0xffff_ffffL),
            new FencingToken(1, 0x1_0000_0000L),
            new FencingToken(1, Long.MAX_VALUE),
            new FencingToken(2, 0),
            new FencingToken(9, 1),
            new FencingToken(10, 0),
            new FencingToken(0x7fff_ffffL, Long.MAX_VALUE),
            new FencingToken(0x8000_0000L, 1),
            new FencingToken(LAST_TIMELINE, Long.MAX_VALUE));

    @Test
    @DisplayName("C15: tokens order by timeline, then by position, and their texts order in the same way")
    void shouldOrderAsItsText() {
        for (int i = 0; i < ORDERED.size(); i++) {
            for (int j = 0; j < ORDERED.size(); j++) {
                FencingToken one = ORDERED.get(i);
                FencingToken other = ORDERED.get(j);
                int expected = Integer.compare(i, j);
                assertEquals(expected, Integer.signum(one.compareTo(other)), one + " to " + other);
                assertEquals(
                        expected,
                        Integer.signum(one.toString().compareTo(other.toString())),
                        one + " to " + other + " as text");
            }
        }
    }

    @Test
    void shouldBeParsedFromItsText() {
        ORDERED.forEach(token -> assertEquals(token, FencingToken.parse(token.toString())));
        assertEquals("00000001-00000000016b3748", new FencingToken(1, 0x16b3748L).toString());
    }

    @Test
    @DisplayName("the text does not depend on the language of the machine")
    void shouldHaveOneText() {
        Locale before = Locale.getDefault();
        try {
            for (String language : List.of("ar-EG-u-nu-arab", "th-TH-u-nu-thai", "tr")) {
                Locale.setDefault(Locale.forLanguageTag(language));
                assertEquals("0000000a-0000000000000014", new FencingToken(10, 20).toString(), language);
            }
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void shouldRefuseOtherTexts() {
        for (String text : List.of(
                "",
                "1-1",
                "00000001-00000000016B3748",
                "00000001-00000000016b3748 ",
                "00000001 00000000016b3748",
                "0000000100000000016b3748",
                "00000000-0000000000000001",
                "00000001-8000000000000000",
                "00000001-000000000000000g",
                "-0000001-0000000000000001",
                "0000000\u0661-0000000000000001")) {
            assertThrows(IllegalArgumentException.class, () -> FencingToken.parse(text), text);
        }
        assertThrows(NullPointerException.class, () -> FencingToken.parse(null));
    }

    @Test
    void shouldRefuseNumbersOutOfRange() {
        assertAll(
                () -> assertThrows(IllegalArgumentException.class, () -> new FencingToken(0, 1)),
                () -> assertThrows(IllegalArgumentException.class, () -> new FencingToken(-1, 1)),
                () -> assertThrows(IllegalArgumentException.class, () -> new FencingToken(LAST_TIMELINE + 1, 1)),
                () -> assertThrows(IllegalArgumentException.class, () -> new FencingToken(1, -1)));
    }
}
