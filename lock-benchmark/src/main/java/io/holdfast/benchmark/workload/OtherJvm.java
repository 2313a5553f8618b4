// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.contender.Environment.Site;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A JVM that runs {@link OtherMain}, with the options and the class path of this one. */
final class OtherJvm implements AutoCloseable {

    static final String DONE = "DONE ";

    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter questions;

    OtherJvm(int number, int count, Site site, Path section, Path log) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> !argument.startsWith("-javaagent") && !argument.startsWith("-agentlib"))
                .forEach(command::add);
        command.addAll(List.of(
                "-classpath",
                System.getProperty("java.class.path"),
                OtherMain.class.getName(),
                Integer.toString(number),
                Integer.toString(count),
                site.servers().postgres(),
                Objects.requireNonNullElse(site.servers().redis(), ""),
                Integer.toString(site.servers().clusterPort()),
                Integer.toString(site.poolSize()),
                Long.toString(site.delay().toNanos()),
                section.toString()));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.to(log.toFile()))
                .start();
        answers = process.inputReader();
        questions = new PrintWriter(process.outputWriter(), true);
    }

    void ask(String question) {
        questions.println(question);
    }

    String answer() throws IOException {
        String line = answers.readLine();
        if (line == null || !line.startsWith(DONE)) {
            throw new IOException("the other JVM: " + line);
        }
        return line.substring(DONE.length());
    }

    /** It ends when nobody can ask it any more. */
    @Override
    public void close() {
        questions.close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
