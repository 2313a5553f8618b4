// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.holdfast.lock.Locker;
import io.holdfast.lock.postgres.PostgresLocker;
import java.net.URL;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The main code of lock-api and lock-impl, and what it depends on: what the bytecode shows, and what the sources name.
 * ArchUnit alone does not see a type of which only a constant is used, because the compiler copies the constant.
 */
final class MainCode {

    /** The classes of both modules. */
    static final JavaClasses CLASSES = read();

    /** From every type of both modules, nested ones as their file, to every other type. */
    static final Set<Use> USES = uses();

    /**
     * One type uses another.
     *
     * @param from the name of the user
     * @param to the name of the type that is used
     */
    record Use(String from, String to) implements Comparable<Use> {

        /** Whether both belong to this project, but not to the same package. */
        boolean crossesPackages() {
            return isOurs(to) && !packageOf(from).equals(packageOf(to));
        }

        @Override
        public int compareTo(Use other) {
            return toString().compareTo(other.toString());
        }

        @Override
        public String toString() {
            return from + " -> " + to;
        }
    }

    private static final Map<String, SourceFile> SOURCES =
            SourceFile.ofBothModules().stream().collect(Collectors.toMap(SourceFile::typeName, file -> file));

    private MainCode() {}

    static SourceFile source(String type) {
        return SOURCES.get(type);
    }

    static boolean isInImplementation(String type) {
        return SOURCES.get(type).path().startsWith(Path.of("..", "lock-impl"));
    }

    /** Shows each on a line of its own. */
    static void assertNone(Stream<?> violations) {
        assertEquals("", violations.map(String::valueOf).sorted().collect(Collectors.joining("\n")));
    }

    /** The rules are about names, so the classes of other libraries are not needed. */
    private static JavaClasses read() {
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        return new ClassFileImporter()
                .importUrls(Stream.of(Locker.class, PostgresLocker.class)
                        .map(MainCode::location)
                        .collect(Collectors.toSet()));
    }

    private static URL location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    private static Set<Use> uses() {
        Set<Use> uses = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                uses.add(
                        new Use(fileOf(type), fileOf(dependency.getTargetClass().getBaseComponentType())));
            }
        }
        for (SourceFile file : SourceFile.ofBothModules()) {
            file.qualifiedTypes().forEach(type -> uses.add(new Use(file.typeName(), type)));
        }
        uses.removeIf(use -> use.from().equals(use.to()) || !use.to().contains("."));
        return uses;
    }

    /** The type in whose file it is. */
    static String fileOf(JavaClass type) {
        return type.getName().replaceAll("[$].*", "");
    }

    static boolean isOurs(String type) {
        return type.startsWith("io.holdfast.");
    }

    /** Below io.holdfast.lock; empty for that package itself. */
    static String packageOf(String type) {
        return relative(type.substring(0, type.lastIndexOf('.')));
    }

    /** Without io.holdfast.lock, if it begins with that. */
    static String relative(String name) {
        return name.replaceFirst("^io[.]holdfast[.]lock([.]|$)", "");
    }
}
