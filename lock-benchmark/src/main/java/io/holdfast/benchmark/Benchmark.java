// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark;

import io.holdfast.benchmark.contender.ContenderFactory;
import io.holdfast.benchmark.contender.Contenders;
import io.holdfast.benchmark.contender.Environment;
import io.holdfast.benchmark.contender.Environment.Member;
import io.holdfast.benchmark.contender.Environment.Servers;
import io.holdfast.benchmark.contender.Environment.Site;
import io.holdfast.benchmark.machine.Ports;
import io.holdfast.benchmark.machine.PostgresServer;
import io.holdfast.benchmark.machine.Processors;
import io.holdfast.benchmark.machine.RedisServer;
import io.holdfast.benchmark.report.Page;
import io.holdfast.benchmark.report.Report;
import io.holdfast.benchmark.report.Results;
import io.holdfast.benchmark.workload.Bench;
import io.holdfast.benchmark.workload.Scale;
import io.holdfast.benchmark.workload.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Measures all contenders with all workloads on a PostgreSQL of its own. */
public final class Benchmark {

    /** Kept here because java.util.logging forgets the levels of loggers that nothing refers to. */
    private static final Logger LOG = Logger.getLogger("");

    private final Scale scale;
    private final Path directory;
    private final Results results =
            new Results(Contenders.all().stream().map(ContenderFactory::name).toList());
    private final long startNanos = System.nanoTime();

    /** Servers keep their files in the directory. */
    public Benchmark(Scale scale, Path directory) {
        LOG.setLevel(Level.WARNING);
        this.scale = scale;
        this.directory = directory;
    }

    /**
     * Runs the benchmark.
     *
     * @param args the scale (full, quick or smoke), a directory for files, and the page that a full run writes again,
     *     whose figures are in a directory beside it that has its name
     */
    public static void main(String[] args) throws Exception {
        Scale scale = switch (args[0]) {
            case "full" -> Scale.FULL;
            case "quick" -> Scale.QUICK;
            case "smoke" -> Scale.SMOKE;
            default -> throw new IllegalArgumentException("full, quick or smoke: " + args[0]);
        };
        Path directory = Path.of(args[1]);
        Benchmark benchmark = new Benchmark(scale, directory);
        Report report = benchmark.run();
        System.out.println();
        System.out.println(report.table());
        Path figures = directory.resolve("results");
        report.write(figures);
        if (scale.equals(Scale.FULL)) {
            Path page = Path.of(args[2]);
            figures = page.resolveSibling("performance");
            report.write(figures);
            Page.update(page, figures);
        }
        System.out.println("These tables, charts and all figures are in " + figures);
        System.exit(
                benchmark.results.violations() == 0
                                && benchmark.results.failures().isEmpty()
                        ? 0
                        : 1);
    }

    /** What was measured. */
    public Results results() {
        return results;
    }

    /** Starts the servers, runs all workloads, and stops the servers. */
    public Report run() throws IOException, SQLException, InterruptedException {
        Files.createDirectories(directory);
        Optional<RedisServer> redis = RedisServer.start(directory.resolve("redis"));
        try (PostgresServer postgres = PostgresServer.start(directory)) {
            Servers servers =
                    new Servers(postgres.url(), redis.map(RedisServer::address).orElse(null), Ports.free(2));
            List<ContenderFactory> contenders = contenders(servers);
            Processors processors = new Processors(postgres);
            new Workloads(
                            new Bench(scale, servers, postgres, processors, contenders, results, directory),
                            this::progress)
                    .run();
            return new Report(results, about(postgres));
        } finally {
            redis.ifPresent(RedisServer::close);
        }
    }

    private List<ContenderFactory> contenders(Servers servers) throws SQLException {
        List<ContenderFactory> able = new ArrayList<>();
        Site site = new Site(servers, 1, Duration.ofSeconds(30), Duration.ZERO, Member.ALONE);
        try (Environment environment = new Environment(site, "prepare")) {
            for (ContenderFactory factory : Contenders.all()) {
                Optional<String> obstacle = factory.obstacle(environment);
                if (obstacle.isPresent()) {
                    results.note(factory.name() + " was left out: " + obstacle.get() + ".");
                } else {
                    factory.prepare(environment);
                    able.add(factory);
                }
            }
        }
        return able;
    }

    private String about(PostgresServer postgres) throws SQLException {
        double minutes = (System.nanoTime() - startNanos) / 60e9;
        return String.format(
                Locale.ROOT,
                "The %s run took %.1f minutes on %d processors (%s), with Java %s and PostgreSQL %s%s.",
                scale.name(),
                minutes,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                System.getProperty("java.version"),
                postgres.version(),
                System.getProperty("benchmark.versions", ""));
    }

    private void progress(String workload) {
        System.out.printf(Locale.ROOT, "[%5.1f s] %s%n", (System.nanoTime() - startNanos) / 1e9, workload);
    }
}
