// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How many processors strangers used: what the whole machine used without this JVM, its child processes and
 * PostgreSQL. Only Linux shows the former.
 */
public final class Processors {

    private static final Path STATISTICS = Path.of("/proc/stat");
    private static final double TICKS_PER_SECOND = 100;

    /** Columns of the first line: user, nice, system, irq, softirq, steal. */
    private static final int[] BUSY_COLUMNS = {1, 2, 3, 6, 7, 8};

    /** A moment to compare with. */
    public record Mark(long nanos, double busySeconds, double ownSeconds) {}

    private final long postgres;

    /** The processes of this server are not strangers. */
    public Processors(PostgresServer postgres) throws SQLException {
        this.postgres = postgres.mainProcess();
    }

    /** The present moment. */
    public Mark mark() {
        return new Mark(System.nanoTime(), busySeconds(), ownSeconds());
    }

    /** How many processors strangers have used since then, on average; not a number if it is not known. */
    public double strangersSince(Mark start) {
        Mark end = mark();
        double others = end.busySeconds - start.busySeconds - (end.ownSeconds - start.ownSeconds);
        return Math.max(0, others / ((end.nanos - start.nanos) / 1e9));
    }

    private double ownSeconds() {
        ProcessHandle self = ProcessHandle.current();
        Optional<ProcessHandle> server = ProcessHandle.of(postgres);
        return Stream.of(
                        Stream.of(self),
                        self.descendants(),
                        server.stream(),
                        server.stream().flatMap(ProcessHandle::children))
                .flatMap(processes -> processes)
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .mapToDouble(used -> used.toNanos() / 1e9)
                .sum();
    }

    private static double busySeconds() {
        try (Stream<String> lines = Files.lines(STATISTICS)) {
            String[] columns = lines.findFirst().orElse("").trim().split("\\s+", -1);
            double ticks = 0;
            for (int column : BUSY_COLUMNS) {
                ticks += Double.parseDouble(columns[column]);
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException | RuntimeException e) {
            return Double.NaN;
        }
    }
}
