// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.tutorial;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** One shell, into which all commands of a page are pasted. A command that fails ends it. */
final class Shell implements AutoCloseable {

    private static final String END = "end-of-commands";

    private final Path folder;
    private final Process process;
    private final BufferedReader output;
    private final Writer input;

    Shell(Path folder, Map<String, String> environment) throws IOException {
        this.folder = folder;
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-s").directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        this.process = builder.start();
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.input = process.outputWriter(StandardCharsets.UTF_8);
        run("set -e");
    }

    /**
     * Runs commands, and returns what they print.
     *
     * @throws AssertionError if one of them fails
     */
    String run(String commands) throws IOException {
        // In a file, so that no process has them on its command line, by which a page finds the processes that it ends.
        Path file = folder.resolveSibling(folder.getFileName() + ".commands");
        Files.writeString(file, commands);
        input.write(". '" + file + "' </dev/null\nprintf '\\n" + END + "\\n'\n");
        input.flush();
        System.out.println("$ " + commands.strip());
        StringBuilder printed = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.equals(END)) {
                return printed.toString();
            }
            System.out.println(line);
            printed.append(line).append('\n');
        }
        throw new AssertionError("failed: " + commands + printed);
    }

    /** Ends all that the commands have left running in the folder. */
    @Override
    public void close() {
        process.destroyForcibly();
        ProcessHandle.allProcesses()
                .filter(other -> other.info().commandLine().orElse("").contains(folder + "/"))
                .forEach(ProcessHandle::destroyForcibly);
    }
}
