// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.fail;

import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A child JVM that runs {@link HolderProcess}, and what it says. */
final class HolderJvm implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(20);

    /** What a process has said may be read a little after its end. */
    private static final Duration AFTERWARDS = Duration.ofSeconds(1);

    private final Process process;
    private final PrintStream input;
    private final List<String> said = new CopyOnWriteArrayList<>();

    private HolderJvm(Process process) {
        this.process = process;
        this.input = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        Thread reader = new Thread(this::listen, "what the holder says");
        reader.setDaemon(true);
        reader.start();
    }

    /** Returns when the child is about to acquire the lock. */
    static HolderJvm start(TestDatabase database, String key, boolean enforced) throws InterruptedException {
        String temporary = System.getProperty("java.io.tmpdir");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + temporary,
                "-classpath",
                System.getProperty("java.class.path"),
                HolderProcess.class.getName(),
                database.url(),
                database.user(),
                database.password(),
                key,
                Boolean.toString(enforced));
        try {
            HolderJvm jvm = new HolderJvm(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(new File(temporary, "holder-process.log")))
                    .start());
            jvm.awaitSaid("ready", START);
            return jvm;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    HolderJvm awaitHeld() throws InterruptedException {
        awaitSaid("held", START);
        return this;
    }

    private void listen() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(said::add);
        } catch (IOException | UncheckedIOException e) {
            said.add("gone");
        }
    }

    /** The whole line that begins like this. */
    String awaitSaid(String beginning, Duration bound) throws InterruptedException {
        String claim = "the holder says '" + beginning + "'";
        Server.within(bound, claim, () -> line(beginning) != null || !process.isAlive());
        Server.within(AFTERWARDS, claim + " before it ends", () -> line(beginning) != null);
        return line(beginning);
    }

    private String line(String beginning) {
        return said.stream()
                .filter(line -> line.startsWith(beginning))
                .findFirst()
                .orElse(null);
    }

    /** Each question once. */
    String ask(String question, Duration bound) throws InterruptedException {
        if (line(question) != null) {
            fail("asked before: " + question);
        }
        input.println(question);
        return awaitSaid(question, bound).substring(question.length() + 1);
    }

    List<String> said() {
        return List.copyOf(said);
    }

    void signal(Signal signal) {
        signal.send(process.pid());
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
        input.close();
    }
}
