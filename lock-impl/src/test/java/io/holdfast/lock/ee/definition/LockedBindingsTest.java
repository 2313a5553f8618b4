// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import static io.holdfast.lock.ee.definition.LockedMethods.method;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.Locked;
import jakarta.enterprise.inject.Stereotype;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Annotations that come from a stereotype, another binding or the class. */
class LockedBindingsTest {

    @InterceptorBinding
    @Locked("bound")
    @Retention(RetentionPolicy.RUNTIME)
    @interface Bound {}

    @InterceptorBinding
    @Bound
    @Retention(RetentionPolicy.RUNTIME)
    @interface BoundTwice {}

    @Inherited
    @Stereotype
    @BoundTwice
    @Retention(RetentionPolicy.RUNTIME)
    @interface Stereotyped {}

    @Stereotype
    @Stereotyped
    @Retention(RetentionPolicy.RUNTIME)
    @interface StereotypedTwice {}

    @SuppressWarnings("unused")
    @StereotypedTwice
    static class ByStereotype {
        void plain() {}

        @BoundTwice
        void bound() {}

        @Locked("own")
        void own() {}
    }

    @SuppressWarnings("unused")
    @Stereotyped
    @Locked("class")
    static class ByClass {
        void plain() {}

        @Bound
        void bound() {}
    }

    @SuppressWarnings("unused")
    static class Inheriting extends ByClass {
        void more() {}
    }

    @Test
    @DisplayName("a stereotype or another interceptor binding may bring the annotation; the method's takes precedence")
    void shouldFindAnnotationsOfBindingsAndStereotypes() {
        assertAll(
                () -> assertEquals("bound", keyOf(ByStereotype.class, "plain")),
                () -> assertEquals("bound", keyOf(ByStereotype.class, "bound")),
                () -> assertEquals("own", keyOf(ByStereotype.class, "own")),
                () -> assertEquals("class", keyOf(ByClass.class, "plain")),
                () -> assertEquals("bound", keyOf(ByClass.class, "bound")),
                () -> assertEquals("class", keyOf(Inheriting.class, "more")),
                () -> assertEquals(
                        List.of(), LockedChecks.of(ByStereotype.class).problems()),
                () -> assertEquals(
                        List.of(), LockedChecks.of(StereotypedTwice.class).problems()));
    }

    private static String keyOf(Class<?> type, String name) {
        return method(type, name).requests(new Object[0]).get(0).key();
    }
}
