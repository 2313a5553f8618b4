// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The file {@code demo.pids}: the processes of a running demo, so that the next demo finds what an earlier one has
 * left. Each line has a name, the process id, and the start time, which distinguishes the process from a later one with
 * the same id.
 */
final class ProcessList {

    private static final String FILE = "demo.pids";
    private static final String LAUNCHER = "launcher";
    private static final long END_LIMIT_SECONDS = 10;

    private final Path file;

    /** Guarded by this. */
    private final Map<String, ProcessHandle> processes = new LinkedHashMap<>();

    ProcessList(Path directory) {
        this.file = directory.resolve(FILE);
    }

    void addLauncher() {
        add(LAUNCHER, ProcessHandle.current());
    }

    synchronized void add(String name, ProcessHandle process) {
        processes.put(name, process);
        write(processes.entrySet().stream()
                .map(entry -> line(entry.getKey(), entry.getValue()))
                .toList());
    }

    synchronized void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be deleted", e);
        }
    }

    /**
     * Ends what an earlier demo has left.
     *
     * @return a sentence for each process that was ended
     * @throws IllegalStateException if the earlier demo still runs
     */
    List<String> endLeftovers() throws InterruptedException {
        List<Entry> living =
                read().stream().filter(entry -> entry.process().isPresent()).toList();
        for (Entry entry : living) {
            if (entry.name().equals(LAUNCHER)) {
                throw new IllegalStateException("A demo runs already: process " + entry.pid()
                        + ". Stop it with Ctrl-C where it was started, or with: kill " + entry.pid());
            }
        }
        for (Entry entry : living) {
            end(entry.process().orElseThrow());
        }
        delete();
        return living.stream()
                .map(entry -> "Ended " + entry.name() + ", process " + entry.pid() + ", left over from an earlier run")
                .toList();
    }

    private static void end(ProcessHandle process) throws InterruptedException {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        try {
            process.onExit().get(END_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    "Process " + process.pid() + ", left over from an earlier run, does not end", e);
        }
    }

    private static String line(String name, ProcessHandle process) {
        return name + " " + process.pid() + " "
                + process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    private void write(List<String> lines) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
    }

    private List<Entry> read() {
        try {
            return Files.exists(file)
                    ? Files.readAllLines(file).stream()
                            .map(line -> line.split(" "))
                            .filter(fields -> fields.length == 3)
                            .map(fields -> new Entry(fields[0], Long.parseLong(fields[1]), Long.parseLong(fields[2])))
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    private record Entry(String name, long pid, long startMillis) {

        /** The process, if it lives. */
        Optional<ProcessHandle> process() {
            return ProcessHandle.of(pid)
                    .filter(process -> process.info()
                            .startInstant()
                            .map(start -> start.toEpochMilli() == startMillis)
                            .orElse(false));
        }
    }
}
