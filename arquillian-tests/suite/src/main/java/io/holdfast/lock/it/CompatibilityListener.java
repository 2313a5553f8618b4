// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
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

    /** By family and behaviour. */
    private final Map<String, Map<String, String>> shown = new TreeMap<>();

    private boolean allPassed = true;

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        allPassed &= result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
        if (test.isTest() && test.getSource().orElse(null) instanceof MethodSource source) {
            Class<?> type = source.getJavaClass();
            shown.computeIfAbsent(family(type), name -> new TreeMap<>())
                    .put(test.getDisplayName(), difference(source.getJavaMethod()));
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
            table.replace(System.getProperty("compatibility.server"), shown);
            table.write(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The words of the class's name. */
    private static String family(Class<?> type) {
        String words = type.getSimpleName().replaceAll("IT$", "").replaceAll("(?<=[a-z])(?=[A-Z])", " ");
        return words.charAt(0) + words.substring(1).toLowerCase(java.util.Locale.ROOT);
    }

    private static String difference(Method test) {
        String server = System.getProperty("compatibility.server", "");
        return Arrays.stream(test.getAnnotationsByType(Differs.class))
                .filter(differs -> server.contains(differs.on()))
                .map(Differs::how)
                .collect(Collectors.collectingAndThen(
                        Collectors.joining("; "), how -> how.isEmpty() ? SHOWN : "differs: " + how));
    }
}
