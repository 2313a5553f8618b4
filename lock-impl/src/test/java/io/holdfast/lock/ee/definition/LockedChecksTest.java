// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.CompiledClasses;
import io.holdfast.lock.IfBusy;
import io.holdfast.lock.Locked;
import io.holdfast.lock.ee.definition.LockedOverridesTest.Base;
import io.holdfast.lock.ee.definition.LockedOverridesTest.Derived;
import io.holdfast.lock.ee.settings.Settings;
import jakarta.annotation.PostConstruct;
import jakarta.decorator.Decorator;
import jakarta.ejb.MessageDriven;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes and methods on which {@code @Locked} cannot work. */
class LockedChecksTest {

    @SuppressWarnings("unused")
    @Locked("order/#{id}")
    static class OfClass {
        void fits(String id) {}

        void lacksParameter(String other) {}

        @Locked("mine")
        void own() {}

        final void last(String id) {}

        private void hidden() {}

        static void ofClass() {}

        @PostConstruct
        void callback() {}
    }

    static class Inheriting extends OfClass {
        @Override
        void lacksParameter(String id) {}
    }

    @Locked("k")
    static final class Final {
        void method() {}
    }

    interface Marked {
        @Locked("k")
        void method();
    }

    static class Implementing implements Marked {
        @Override
        public void method() {}
    }

    @MessageDriven
    static class Message {
        @Locked(value = "k", ifBusy = IfBusy.SKIP)
        void onMessage(Object message) {}
    }

    @Decorator
    abstract static class Decorating implements Marker {
        @Locked("k")
        public void method() {}
    }

    interface Marker {}

    @Decorator
    @Locked("k")
    abstract static class DecoratingAll implements Marker {}

    @Interceptor
    static class Intercepting {
        @AroundInvoke
        @Locked("k")
        Object around(InvocationContext context) throws Exception {
            return context.proceed();
        }
    }

    static class Servlet extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        @Locked("k")
        protected void doGet(HttpServletRequest request, HttpServletResponse response) {}

        @Override
        @Locked("k")
        public void service(ServletRequest request, ServletResponse response) {}
    }

    @Locked("k")
    static class SubServlet extends Servlet {
        private static final long serialVersionUID = 1L;
    }

    @jakarta.ejb.Asynchronous
    static class AsynchronousEjb {
        @Locked("k")
        Future<String> future() {
            return null;
        }
    }

    static class PlainText {
        @Locked("a\\{id}/\\#id/\\#{id}/{other}/#other/{}")
        void method(String id) {}
    }

    static void assertProblems(Class<?> type, String... words) {
        List<String> problems = LockedChecks.of(type).problems();
        assertEquals(words.length, problems.size(), problems::toString);
        Arrays.stream(words)
                .forEach(word -> assertTrue(
                        problems.stream().anyMatch(problem -> problem.contains(word)), () -> word + ": " + problems));
    }

    @Test
    @DisplayName("C24: the annotation of a class is checked for every method that it stands for")
    void shouldCheckClasses() throws ClassNotFoundException {
        assertProblems(OfClass.class, "lacksParameter", "a final method");
        assertProblems(Inheriting.class, "a final method");
        assertProblems(Final.class, "a final class");
        assertProblems(Implementing.class, "of an interface");
        assertProblems(Marked.class, "of an interface");
        assertProblems(Message.class, "loses the message");
        assertProblems(Class.forName("io.holdfast.lock.ee.locked.SessionLockInterceptor"));
        assertProblems(LockedMethodTest.Keys.class);
        assertProblems(LockedMethodTest.Skipping.class);
        assertProblems(AsynchronousEjb.class);
        assertProblems(PlainText.class);
    }

    @Test
    @DisplayName("C24: what no container intercepts: decorators, interceptors, servlets, abstract methods")
    void shouldRefuseWhatIsNotIntercepted() {
        assertProblems(Decorating.class, "Put @Locked on the bean that it decorates");
        assertProblems(DecoratingAll.class, "a decorator is not intercepted");
        assertProblems(Intercepting.class, "an interceptor is not intercepted itself");
        assertProblems(Servlet.class, "Servlet.doGet", "Servlet.service");
        assertProblems(SubServlet.class, "SubServlet: a servlet calls its methods itself", "doGet", "service");
        assertProblems(Base.class, "Put @Locked on the method that has the body");
        assertProblems(Derived.class, "Base.implemented");
    }

    @Test
    @DisplayName("C24: results of RxJava and Kotlin whose work comes later")
    void shouldRefuseLaterWorkOfOtherLibraries(@TempDir Path directory) throws Exception {
        CompiledClasses.compile(
                directory,
                Map.of(
                        "io.reactivex.rxjava3.core.ObservableSource",
                        "public interface ObservableSource {}",
                        "kotlin.sequences.Sequence",
                        "public interface Sequence {}",
                        "kotlin.coroutines.Continuation",
                        "public interface Continuation {}",
                        "app.Later",
                        """
                        public class Later {
                            @io.holdfast.lock.Locked("k")
                            public io.reactivex.rxjava3.core.ObservableSource observable() { return null; }
                            @io.holdfast.lock.Locked("k")
                            public kotlin.sequences.Sequence sequence() { return null; }
                            @io.holdfast.lock.Locked("k")
                            public Object suspending(String id, kotlin.coroutines.Continuation last) { return null; }
                        }
                        """));
        try (URLClassLoader loader = CompiledClasses.loader(directory)) {
            assertProblems(loader.loadClass("app.Later"), "ObservableSource, whose", "Sequence, whose", "suspend");
        }
    }

    @Test
    @DisplayName("names of parameters that an obfuscator has made malformed do not matter to methods without keys")
    void shouldBearMalformedNamesOfParameters(@TempDir Path directory) throws Exception {
        CompiledClasses.compile(
                directory, Map.of("app.Obfuscated", "public class Obfuscated { public void method(String a_b) {} }"));
        Path file = directory.resolve("app/Obfuscated.class");
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(file, bytes.replace("a_b", "a/b"), StandardCharsets.ISO_8859_1);
        try (URLClassLoader loader = CompiledClasses.loader(directory)) {
            Class<?> type = loader.loadClass("app.Obfuscated");
            Method method = type.getMethod("method", String.class);

            assertThrows(java.lang.reflect.MalformedParametersException.class, method::getParameters);
            assertProblems(type);
        }
    }

    @SuppressWarnings("unused")
    @Locked("order/#{id}")
    static class Named {
        void method(String id) {}
    }

    @Test
    @DisplayName("C24: names of parameters in classes that were compiled without them")
    void shouldTellMissingNames() throws Exception {
        Method withoutNames = String.class.getMethod("concat", String.class);
        Locked named = Named.class.getAnnotation(Locked.class);

        String problem = assertThrows(
                        IllegalStateException.class,
                        () -> LockedMethodParser.parse(
                                new LockedTarget(String.class, withoutNames), named, Settings.UNSET))
                .getMessage();

        assertTrue(problem.contains("-parameters") && problem.contains("concat"), problem);
    }
}
