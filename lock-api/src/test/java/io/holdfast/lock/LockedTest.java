// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LockedTest {

    @Locked({"order/#{id}", "stock"})
    static class Annotated {}

    @Test
    @DisplayName("the literal equals the annotation of the same keys, every other element having its default")
    void shouldEqualTheAnnotation() {
        Locked annotation = Annotated.class.getAnnotation(Locked.class);
        Locked literal = Locked.Literal.of("order/#{id}", "stock");

        assertEquals(annotation, literal);
        assertEquals(literal, annotation);
        assertEquals(annotation.hashCode(), literal.hashCode());
        assertThrows(NullPointerException.class, () -> Locked.Literal.of((String[]) null));
    }

    @Test
    void shouldNotBeChangedLater() {
        String[] keys = {"a"};
        Locked literal = Locked.Literal.of(keys);
        keys[0] = "b";
        literal.value()[0] = "c";

        assertEquals(Locked.Literal.of("a"), literal);
    }
}
