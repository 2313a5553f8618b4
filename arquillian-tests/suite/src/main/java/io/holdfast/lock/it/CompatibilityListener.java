// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes what the tests of one server have shown into its column of docs/compatibility.md: a row for each test, by its name.
 * Only a run of all tests writes, and only if all have passed.
 */
public final class CompatibilityListener implements TestExecutionListener {

    private static final String SHOWN = "yes";
    private static final int OLDEST_JDK = 17;

    /** By family and behaviour. */
    private final Map<String, Map<String, String>> shown = new TreeMap<>();

    private boolean allPassed = true;

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        allPassed &= result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
        if (test.isTest() && test.getSource().orElse(null) instanceof MethodSource source) {
            Class<?> type = source.getJavaClass();
            shown.computeIfAbsent(family(type), name -> new TreeMap<>())
                    .put(behaviour(source.getJavaMethod()), difference(source.getJavaMethod()));
        }
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        String file = System.getProperty("compatibility.file");
        if (file == null || System.getProperty("it.test") != null || !allPassed || shown.isEmpty()) {
            return;
        }
        try {
            CompatibilityTable table = CompatibilityTable.read(Path.of(file));
            table.replace(column(), shown);
            table.write(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String server() {
        return System.getProperty("compatibility.server", "");
    }

    /** The server, and what else differs from a default build on the oldest JDK. */
    private static String column() {
        int jdk = Runtime.version().feature();
        return server() + (jdk == OLDEST_JDK ? "" : ", JDK " + jdk) + System.getProperty("compatibility.variant", "");
    }

    /** The same for all arguments of a test. */
    private static String behaviour(Method test) {
        DisplayName name = test.getAnnotation(DisplayName.class);
        return name == null ? words(test.getName()) : name.value();
    }

    private static String family(Class<?> type) {
        DisplayName name = type.getAnnotation(DisplayName.class);
        return name == null ? words(type.getSimpleName().replaceAll("IT$", "")) : name.value();
    }

    private static String words(String name) {
        String words = name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static String difference(Method test) {
        String server = server();
        return Arrays.stream(test.getAnnotationsByType(Differs.class))
                .filter(differs -> server.contains(differs.on()))
                .map(Differs::how)
                .collect(Collectors.collectingAndThen(
                        Collectors.joining("; "), how -> how.isEmpty() ? SHOWN : "differs: " + how));
    }
}
