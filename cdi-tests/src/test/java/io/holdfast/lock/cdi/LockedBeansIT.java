// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.IfBusy;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockKey;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Stereotype;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.inject.Inject;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Methods of beans run under their locks in a container without a server. */
class LockedBeansIT extends CdiTest {

    /** The annotation of the superclass is inherited. */
    @Locked("class")
    static class Base {

        @Inject
        CurrentLock lock;

        List<String> inherited() {
            return lock.keys();
        }
    }

    /** Annotated in several ways. */
    @ApplicationScoped
    static class Work extends Base {

        @Inject
        Others others;

        @Locked("order/#{id}")
        List<String> order(long id) {
            return lock.keys();
        }

        @Locked("outer")
        List<String> outer() {
            return others.inner();
        }

        @Locked(value = "report", ifBusy = IfBusy.SKIP)
        String report() {
            return "written";
        }
    }

    /** Called by the bean above. */
    @ApplicationScoped
    static class Others {

        @Inject
        CurrentLock lock;

        @Locked("outer")
        List<String> inner() {
            return lock.keys();
        }
    }

    /** Carries the annotation. */
    @Locked("stereotype")
    @Stereotype
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface Exclusive {}

    /** Carries it as an interceptor binding. */
    @Locked("binding")
    @InterceptorBinding
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.TYPE, ElementType.METHOD})
    @interface Guarded {}

    /** Locked by its stereotype, and one method by a binding. */
    @Exclusive
    @ApplicationScoped
    static class Marked {

        @Inject
        CurrentLock lock;

        List<String> byStereotype() {
            return lock.keys();
        }

        @Guarded
        List<String> byBinding() {
            return lock.keys();
        }
    }

    /** What the generic bean does. */
    interface Handling<T> {
        List<String> handle(T value);
    }

    /** Implements it for one type, so that the compiler generates a second method. */
    @ApplicationScoped
    static class TextHandling implements Handling<String> {

        @Inject
        CurrentLock lock;

        @Override
        @Locked("text")
        public List<String> handle(@LockKey String value) {
            return lock.keys();
        }
    }

    /** Locks while the application starts and ends. */
    @ApplicationScoped
    static class Lifecycle {

        static final List<String> KEYS = new CopyOnWriteArrayList<>();

        @Inject
        Work work;

        void starts(@Observes Startup event) {
            KEYS.add("starts " + work.order(1));
        }

        void stops(@Observes Shutdown event) {
            KEYS.add("stops");
            KEYS.add("stops " + work.order(2));
        }

        @PreDestroy
        void isDestroyed() {
            KEYS.add("is destroyed " + work.order(3));
        }
    }

    @Test
    void shouldFindTheAnnotationWhereCdiDoes() {
        try (SeContainer application = start(Locks.class, Marked.class)) {
            Marked marked = application.select(Marked.class).get();

            assertEquals(List.of("stereotype"), marked.byStereotype());
            assertEquals(List.of("binding"), marked.byBinding());
        }
    }

    @Test
    void shouldRunGenericMethodsUnderTheLock() {
        try (SeContainer application = start(Locks.class, TextHandling.class)) {
            Handling<String> handling = application.select(TextHandling.class).get();

            assertEquals(List.of("text/a"), handling.handle("a"));
        }
    }

    @Test
    void shouldLockWhileTheApplicationStartsAndEnds() {
        Lifecycle.KEYS.clear();

        start(Locks.class, Work.class, Others.class, Lifecycle.class).close();

        assertEquals(
                // OpenWebBeans does not fire the event.
                Lifecycle.KEYS.contains("stops")
                        ? List.of("starts [order/1]", "stops", "stops [order/2]", "is destroyed [order/3]")
                        : List.of("starts [order/1]", "is destroyed [order/3]"),
                Lifecycle.KEYS);
    }

    @Test
    void shouldRunUnderTheLock() {
        try (SeContainer application = start(Locks.class, Work.class, Others.class)) {
            Work work = application.select(Work.class).get();

            assertEquals(List.of("class"), work.inherited());
            assertEquals(List.of("order/7"), work.order(7));
        }
    }

    @Test
    void shouldReuseTheLockOfTheCallChain() {
        try (SeContainer application = start(Locks.class, Work.class, Others.class)) {
            assertEquals(List.of("outer"), application.select(Work.class).get().outer());
        }
    }

    @Test
    void shouldSkipWhatAnotherHolderDoes() throws InterruptedException {
        try (SeContainer application = start(Locks.class, Work.class, Others.class)) {
            Work work = application.select(Work.class).get();
            try (LockHandle held = application.select(Locker.class).get().acquire(LockRequest.of("report"))) {
                assertTrue(held.isHeld());
                assertNull(work.report());
            }

            assertEquals("written", work.report());
        }
    }
}
