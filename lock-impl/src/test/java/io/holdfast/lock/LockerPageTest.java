// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.holdfast.lock.Snippets.Example;
import io.holdfast.lock.testkit.InMemoryLocks;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The page about the locker shows the whole API, and its examples run. */
@Timeout(60)
class LockerPageTest {

    private static final List<Class<?>> TYPES = List.of(Locker.class, LockHandle.class, LockAdmin.class);

    @TempDir
    private Path classes;

    /** Those that a locker in memory can run. */
    static Stream<Example> examples() {
        return page().stream().filter(example -> !example.code().contains("admin"));
    }

    private static List<Example> page() {
        return Snippets.ofPage(Path.of("../docs/locker.md"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    @DisplayName("an example runs, and leaves no lock behind")
    void shouldRun(Example example) throws Exception {
        InMemoryLocks locks = new InMemoryLocks();

        if (example.run(classes, locks.newLocker(), null)) {
            Locker other = locks.newLocker();
            for (String key : List.of("reports/daily", "order/42", "account/1", "account/2")) {
                assertTrue(other.tryAcquire(key).isPresent(), key);
            }
        }
    }

    @Test
    @DisplayName("each public method of Locker, LockHandle and LockAdmin is called by an example, each overload, too")
    void shouldShowEveryMethod() throws Exception {
        Set<String> shown = new TreeSet<>();
        int number = 0;
        for (Example example : page()) {
            Path folder = Files.createDirectory(classes.resolve("example" + number++));
            example.compile(folder);
            new ClassFileImporter()
                    .importPath(folder).stream()
                            .flatMap(type -> type.getMethodCallsFromSelf().stream())
                            .map(LockerPageTest::target)
                            .forEach(shown::add);
        }

        Set<String> missing = new TreeSet<>();
        for (Class<?> type : TYPES) {
            Arrays.stream(type.getDeclaredMethods())
                    .filter(method -> !method.isSynthetic())
                    .map(LockerPageTest::signature)
                    .filter(signature -> !shown.contains(signature))
                    .forEach(missing::add);
        }
        assertEquals(Set.of(), missing, "docs/locker.md has no example of these methods");
    }

    private static String target(JavaMethodCall call) {
        return call.getTargetOwner().getSimpleName() + "." + call.getName()
                + call.getTarget().getRawParameterTypes().stream()
                        .map(type -> type.getSimpleName())
                        .collect(joining(", ", "(", ")"));
    }

    private static String signature(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(joining(", ", "(", ")"));
    }
}
