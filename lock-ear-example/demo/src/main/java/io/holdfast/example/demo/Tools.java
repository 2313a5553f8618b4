// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs that do something and end. */
final class Tools {

    static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private static final long LIMIT_SECONDS = 180;

    private Tools() {}

    /**
     * Runs a program.
     *
     * @param program the program, which inherits nothing
     * @param log where its output is kept
     * @return its output
     * @throws IOException if it fails
     */
    static List<String> run(ProcessBuilder program, Path log) throws IOException, InterruptedException {
        Process process =
                program.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(program.command().get(0) + " failed; see " + log);
            }
            return Files.readAllLines(log);
        } finally {
            process.destroyForcibly();
        }
    }
}
