// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.Locked;
import io.holdfast.lock.spi.LibraryCheckExtension;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Stereotype;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The beans of lock-impl are not discovered here, as if the jar were missing. */
class MissingImplementationIT extends CdiTest {

    /** Annotated at a method. */
    @ApplicationScoped
    static class LockedMethodBean {

        @Locked("key")
        void work() {
            throw new AssertionError("ran without its lock");
        }
    }

    /** Annotated itself. */
    @Locked("key")
    @ApplicationScoped
    static class LockedClassBean {

        void work() {
            throw new AssertionError("ran without its lock");
        }
    }

    /** Carries the annotation. */
    @Locked("key")
    @Stereotype
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface Exclusive {}

    /** Annotated by a stereotype. */
    @Exclusive
    @ApplicationScoped
    static class StereotypeBean {

        void work() {
            throw new AssertionError("ran without its lock");
        }
    }

    /** Does not lock. */
    @ApplicationScoped
    static class PlainBean {

        String work() {
            return "done";
        }
    }

    /** An implementation of the annotation that is not ours, such as one for tests. */
    @Locked("")
    @Interceptor
    @Priority(Interceptor.Priority.APPLICATION)
    static class OtherImplementation {

        @AroundInvoke
        Object around(InvocationContext context) {
            return "instead of " + context.getMethod().getName();
        }
    }

    /** Used with the other implementation. */
    @ApplicationScoped
    static class ServedBean {

        @Locked("key")
        String work() {
            return "done";
        }
    }

    private static SeContainerInitializer without(Class<?>... classes) {
        return SeContainerInitializer.newInstance()
                .disableDiscovery()
                .addExtensions(LibraryCheckExtension.class)
                .addBeanClasses(classes);
    }

    @ParameterizedTest
    @ValueSource(classes = {LockedMethodBean.class, LockedClassBean.class, StereotypeBean.class})
    void shouldRefuseToRunMethodsWithoutTheirLocks(Class<?> bean) {
        String refusal = refusalOf(without(bean, PlainBean.class));

        assertTrue(
                refusal.contains("HOLDFAST-0078: no implementation of @Locked is visible to " + bean.getName()
                        + ", so its methods"),
                refusal);
        assertFalse(refusal.contains(PlainBean.class.getName()), refusal);
    }

    @Test
    void shouldNotNeedAnImplementationWithoutLockedMethods() {
        try (SeContainer application = without(PlainBean.class).initialize()) {
            assertEquals("done", application.select(PlainBean.class).get().work());
        }
    }

    @Test
    void shouldAcceptAnyInterceptorOfTheAnnotation() {
        try (SeContainer application =
                without(ServedBean.class, OtherImplementation.class).initialize()) {
            assertEquals(
                    "instead of work",
                    application.select(ServedBean.class).get().work());
        }
    }
}
