// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.architecture;

import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNCHRONIZED;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Habits of all our main code. */
class HabitsTest {

    /** What may wait for a server. */
    private static final Pattern JDBC_OR_JNDI =
            Pattern.compile("java[.]sql[.](Connection|DatabaseMetaData|ResultSet|\\w*Statement)"
                    + "|javax[.]sql[.].*|javax[.]naming[.](.+[.])?\\w*Context");

    @Test
    void shouldLogWithTheSystemLoggerOnly() {
        MainCode.assertNone(MainCode.CLASSES.stream()
                .flatMap(type -> type.getAccessesFromSelf().stream())
                .filter(access -> access.getTargetOwner().getName().startsWith("java.util.logging.")
                        || access.getTarget().getFullName().matches("java[.]lang[.]System[.](out|err)")
                        || access.getTarget().getName().equals("printStackTrace"))
                .map(JavaAccess::getDescription));
    }

    /** What is in the package integration has users outside of this project; extensions are loaded by the container. */
    @Test
    void shouldBePublicOnlyForOtherPackages() {
        MainCode.assertNone(MainCode.CLASSES.stream()
                .filter(type -> type.getModifiers().contains(PUBLIC))
                .filter(type -> MainCode.isInImplementation(MainCode.fileOf(type)))
                .filter(type -> !MainCode.relative(type.getPackageName()).equals("integration"))
                .filter(type -> type.getRawInterfaces().stream()
                        .noneMatch(each -> each.getName().equals("jakarta.enterprise.inject.spi.Extension")))
                .filter(type -> !isUsedByAnotherPackage(type))
                .map(JavaClass::getName));
    }

    /**
     * Those who call a method use the types of its signature, too, as with a lambda. Documentation that links a type needs it to
     * be public.
     */
    private static boolean isUsedByAnotherPackage(JavaClass type) {
        return type.getDirectDependenciesToSelf().stream().anyMatch(use -> isOutside(use.getOriginClass(), type))
                || SourceFile.of("lock-impl").stream()
                        .anyMatch(file ->
                                file.text().contains("import " + type.getName().replace('$', '.') + ";")
                                        && !file.packageName().equals(type.getPackageName()))
                || MainCode.CLASSES.stream()
                        .filter(user -> isOutside(user, type))
                        .flatMap(user -> user.getMethodCallsFromSelf().stream())
                        .anyMatch(
                                call -> call.getTarget().getRawParameterTypes().contains(type)
                                        || call.getTarget().getRawReturnType().equals(type));
    }

    private static boolean isOutside(JavaClass user, JavaClass type) {
        return !user.getPackageName().equals(type.getPackageName());
    }

    /**
     * A virtual thread that waits inside a monitor pins its carrier on JDK 21 to 23. Synchronized methods are looked at, and
     * what they call, also through our own interfaces; synchronized blocks are not, nor lambdas, most of which run elsewhere.
     */
    @Test
    void shouldHoldNoMonitorOverJdbcOrJndi() {
        MainCode.assertNone(MainCode.CLASSES.stream()
                .flatMap(type -> type.getMethods().stream())
                .filter(method -> method.getModifiers().contains(SYNCHRONIZED))
                .flatMap(method -> wayToJdbcOrJndi(List.of(method), new HashSet<>()).stream()));
    }

    private static Optional<String> wayToJdbcOrJndi(List<JavaCodeUnit> way, Set<JavaCodeUnit> seen) {
        for (JavaCall<?> call : way.get(way.size() - 1).getCallsFromSelf()) {
            Optional<String> found = Optional.empty();
            if (call.isDeclaredInLambda()) {
                continue;
            } else if (JDBC_OR_JNDI.matcher(call.getTargetOwner().getName()).matches()) {
                found = Optional.of(way.stream().map(HabitsTest::shown).collect(Collectors.joining(" -> ")) + " -> "
                        + call.getTarget().getFullName());
            } else {
                found = targets(call)
                        .filter(seen::add)
                        .flatMap(target ->
                                wayToJdbcOrJndi(
                                        Stream.concat(way.stream(), Stream.of(target))
                                                .toList(),
                                        seen)
                                        .stream())
                        .findFirst();
            }
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static String shown(JavaCodeUnit method) {
        return method.getOwner().getSimpleName() + "." + method.getName();
    }

    /** The method of ours that is called, and those that override it. */
    private static Stream<JavaCodeUnit> targets(JavaCall<?> call) {
        JavaClass owner = call.getTargetOwner();
        if (!MainCode.isOurs(owner.getName())) {
            return Stream.of();
        }
        return Stream.of(List.of(owner), owner.getAllRawSuperclasses(), owner.getAllSubclasses())
                .flatMap(Collection::stream)
                .flatMap(type -> type.getCodeUnits().stream())
                .filter(method -> method.getName().equals(call.getTarget().getName())
                        && names(method.getRawParameterTypes())
                                .equals(names(call.getTarget().getRawParameterTypes())));
    }

    private static List<String> names(List<JavaClass> types) {
        return types.stream().map(JavaClass::getName).toList();
    }
}
