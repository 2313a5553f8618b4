// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.jetbrains.lincheck.LincheckAssertionError;

/**
 * A class of the lock with a bug, made from its own source, so that it cannot be left behind when the class changes. A check
 * of it runs in a JVM of its own, where the class takes the place of the right one.
 */
public final class Mutant {

    private static final Path SOURCES = Path.of("src/main/java");
    private static final int FOUND = 3;
    private static final long MINUTES_AT_MOST = 5;

    private final Path folder;

    private Mutant(Path folder) {
        this.folder = folder;
    }

    /** The class with this piece of its source replaced, which has to be there exactly once. */
    public static Mutant of(Class<?> original, String piece, String replacement) throws IOException {
        String source = Files.readString(SOURCES.resolve(original.getName().replace('.', '/') + ".java"));
        assertEquals(2, source.split(Pattern.quote(piece), -1).length, () -> "once in the source: " + piece);
        Path folder = Files.createTempDirectory("mutant");
        Path mutated = folder.resolve(original.getSimpleName() + ".java");
        Files.writeString(mutated, source.replace(piece, replacement));
        String[] options = {"-proc:none", "-cp", classPath(), "-d", folder.toString(), mutated.toString()};
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, options));
        return new Mutant(folder);
    }

    /** The bug is found by this check, in this way. */
    public void assertFound(Class<? extends Runnable> check, String symptom) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(command(check))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(process.waitFor(MINUTES_AT_MOST, TimeUnit.MINUTES), "the check ends");
        } finally {
            process.destroyForcibly();
        }
        String found = Files.readString(output);
        assertEquals(FOUND, process.exitValue(), found);
        assertTrue(found.contains(symptom), found);
    }

    private List<String> command(Class<? extends Runnable> check) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> !argument.startsWith("-javaagent") && !argument.startsWith("-agentlib"))
                .forEach(command::add);
        command.addAll(List.of("-cp", folder + File.pathSeparator + classPath()));
        command.addAll(List.of(Mutant.class.getName(), check.getName()));
        return command;
    }

    /** Surefire's class path is one jar that names the others; a system property of Surefire holds the real one. */
    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** Runs a check. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        Constructor<?> constructor = Class.forName(arguments[0]).getDeclaredConstructor();
        constructor.setAccessible(true);
        Runnable check = (Runnable) constructor.newInstance();
        try {
            check.run();
        } catch (LincheckAssertionError e) {
            System.out.println(withoutDetails(e.getMessage()));
            System.exit(FOUND);
        }
        System.exit(0);
    }

    private static String withoutDetails(String report) {
        return report.split("Detailed trace:")[0];
    }
}
