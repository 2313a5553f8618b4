// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** The Java examples of the documentation, which tests compile and run. */
public final class Snippets {

    /** In Markdown, a word after {@code java} exempts an example: code of other libraries, which is to be replaced. */
    private static final Pattern IN_MARKDOWN = Pattern.compile("(?ms)^ *```java *$(.*?)^ *```$");

    static final Pattern IN_JAVADOC = Pattern.compile("(?s)<pre>\\{@code(.*?)}</pre>");

    /** What an example may use without declaring it. */
    private static final String CONTEXT = """
            import io.holdfast.lock.*;
            import io.holdfast.lock.event.*;
            import io.holdfast.lock.integration.*;
            import io.holdfast.lock.spi.*;
            import io.holdfast.lock.testkit.*;
            import jakarta.annotation.Resource;
            import jakarta.ejb.EJBException;
            import jakarta.ejb.Schedule;
            import jakarta.ejb.Singleton;
            import jakarta.ejb.Stateless;
            import jakarta.enterprise.context.ApplicationScoped;
            import jakarta.enterprise.inject.Produces;
            import jakarta.enterprise.inject.se.*;
            import jakarta.inject.Inject;
            import jakarta.persistence.EntityManager;
            import jakarta.transaction.Transactional;
            import jakarta.ws.rs.ApplicationPath;
            import jakarta.ws.rs.core.Application;
            import java.lang.System.Logger.Level;
            import java.math.BigDecimal;
            import java.sql.Connection;
            import java.sql.PreparedStatement;
            import java.sql.SQLException;
            import java.time.Duration;
            import java.time.LocalDate;
            import java.time.ZoneOffset;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.concurrent.atomic.*;
            import java.util.concurrent.locks.Lock;
            import javax.sql.DataSource;

            class Context {
                record Order(String id) {}
                record Report() {}
                record Item(String sku) {}
                record Batch() {}
                static class Reports {}
                static class OrderResource {}
                static class Seat {
                    boolean sell() { return true; }
                }
                EntityManager entityManager;
                List<Batch> batches = List.of(new Batch());
                Locker locker;
                CurrentLock lock;
                LockAdmin admin;
                Executor executor = ForkJoinPool.commonPool();
                List<Report> reports = List.of(new Report(), new Report());
                Report write() { return new Report(); }
                void work() {}
                void store(Report report) {}
                void store(Report report, FencingToken token) {}
                void store(Batch batch, FencingToken token) {}
            }

            public class Example extends Context {
            %s
            }
            """;

    private Snippets() {}

    /**
     * One example.
     *
     * @param place the file that contains it
     * @param code the lines of the example
     */
    public record Example(Path place, String code) {

        private String asMembers() {
            return code.replace("{ ... }", "{ throw new UnsupportedOperationException(); }");
        }

        private String asBody() {
            return "public void run() throws Exception {\n" + asMembers() + "\n}";
        }

        /**
         * Compiles the example as members of a class, or else as the body of a method.
         *
         * @param classes the folder for the result
         */
        void compile(Path classes) {
            List<Diagnostic<?>> asMembers = problems(asMembers(), classes);
            List<Diagnostic<?>> asBody = asMembers.isEmpty() ? List.of() : problems(asBody(), classes);
            assertTrue(
                    asBody.isEmpty(),
                    () -> place + "\n" + code + "\nas members of a class: " + asMembers + "\nas the body of a method: "
                            + asBody);
        }

        /** Returns whether the example consists of statements, not of declarations. */
        boolean canRun(Path classes) {
            return problems(asBody(), classes).isEmpty();
        }

        /**
         * Runs the example, if it consists of statements.
         *
         * @param classes a folder for the compiled example
         * @param locker what the example calls {@code locker}
         * @param admin what the example calls {@code admin}, or null
         * @return whether it has run
         */
        public boolean run(Path classes, Locker locker, LockAdmin admin) throws Exception {
            boolean runs = canRun(classes);
            if (runs) {
                Object example = load(classes);
                set(example, "locker", locker);
                set(example, "admin", admin);
                example.getClass().getMethod("run").invoke(example);
            }
            return runs;
        }

        /**
         * Compiles an example that consists of declarations.
         *
         * @param classes a folder for the compiled example
         * @return an object of the class with these declarations
         */
        public Object object(Path classes) throws Exception {
            compile(classes);
            return load(classes);
        }

        @Override
        public String toString() {
            return place.getFileName() + ": " + code.strip().lines().findFirst().orElse("");
        }
    }

    private static Object load(Path classes) throws Exception {
        URL[] folder = {classes.toUri().toURL()};
        // Not closed: lambdas of the example may load more classes.
        ClassLoader loader = new URLClassLoader(folder, Snippets.class.getClassLoader());
        return loader.loadClass("Example").getConstructor().newInstance();
    }

    /** Sets a field of an example or of its context. */
    public static void set(Object example, String name, Object value) throws ReflectiveOperationException {
        for (Class<?> type = example.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    field.set(example, value);
                    return;
                }
            }
        }
        throw new NoSuchFieldException(name);
    }

    /** The examples of a page. */
    public static List<Example> ofPage(Path page) {
        return examples(page, IN_MARKDOWN);
    }

    static List<Example> examples(Path file, Pattern pattern) {
        return pattern.matcher(read(file))
                .results()
                .map(found -> new Example(file, found.group(1).replaceAll("(?m)^ *\\* ?", "")))
                .toList();
    }

    static Stream<Path> filesBelow(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the compiler says about these members of a class. */
    static List<Diagnostic<?>> problems(String members, Path classes) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        List<String> options =
                List.of("-proc:none", "-d", classes.toString(), "-classpath", System.getProperty("java.class.path"));
        String source = CONTEXT.formatted(members);
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };

        compiler.getTask(null, null, problems, options, null, List.of(file)).call();

        return List.copyOf(problems.getDiagnostics());
    }
}
