// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.testkit.TestDatabase;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL of our own, on Linux, whose processes a test may stop, kill and restart. Its port stays the same. */
final class PostgresProcess implements AutoCloseable {

    /** Kept here since java.util.logging forgets the levels of loggers that nobody refers to. */
    private static final Logger EMBEDDED_LOG = Logger.getLogger("io.zonky.test.db.postgres.embedded");

    private static final Path FILES = Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg");
    private static final String LOG_FILE = "server.log";

    private final Path data = FILES.resolve("data-" + UUID.randomUUID());
    private final EmbeddedPostgres postgres;

    private PostgresProcess(Map<String, String> settings) throws IOException {
        EMBEDDED_LOG.setLevel(Level.WARNING);
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(FILES.toFile())
                .setDataDirectory(data)
                .setPort(portThatNoClientTakes())
                .setServerConfig("unix_socket_directories", "")
                .setServerConfig("logging_collector", "on")
                .setServerConfig("log_directory", data.toString())
                .setServerConfig("log_filename", LOG_FILE);
        settings.forEach(builder::setServerConfig);
        postgres = builder.start();
    }

    static PostgresProcess start(Map<String, String> settings) {
        try {
            return new PostgresProcess(settings);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the embedded PostgreSQL did not start; as root it needs user namespaces", e);
        }
    }

    /**
     * Below the range from which Linux gives ports to clients: while the server is down, one of the clients that try to
     * reach it might else be given its port.
     */
    private static int portThatNoClientTakes() throws IOException {
        for (int tries = 0; tries < 100; tries++) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 30_000);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (IOException taken) {
                // The next one, then.
            }
        }
        throw new IOException("no free port between 15000 and 30000");
    }

    TestDatabase database() {
        String url = "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres";
        return new TestDatabase(url, "postgres", "postgres", "embedded", this);
    }

    /** Every connection is a session of its own. */
    PGSimpleDataSource dataSource() {
        return (PGSimpleDataSource) database().dataSource();
    }

    /** Of the process that starts all the others; another one after a restart. */
    long postmaster() {
        try (Stream<String> lines = Files.lines(data.resolve("postmaster.pid"))) {
            return Long.parseLong(lines.findFirst().orElseThrow().strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns when the server answers again. */
    void restart(String mode) {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            // PostgreSQL refuses to run as root, which nobody is in a user namespace of his own.
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(program("pg_ctl"), "-D", data.toString(), "-w", "-m", mode, "restart"));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException("the server did not restart");
            }
            awaitAnswer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the server restarts", e);
        }
    }

    /** Returns when new sessions are served, as after a crash. */
    void awaitAnswer() throws InterruptedException {
        Server.eventually("the server answers", this::answers);
    }

    private boolean answers() {
        try (Connection connection = dataSource().getConnection()) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    /** To the whole server: first to the process that would start new ones. */
    void signalAll(Signal signal) {
        signal.send(postmaster());
        processes().forEach(process -> signal.send(process.pid()));
    }

    private List<ProcessHandle> processes() {
        return ProcessHandle.of(postmaster()).stream()
                .flatMap(postmaster -> Stream.concat(Stream.of(postmaster), postmaster.children()))
                .toList();
    }

    /** How often this was in a line of the server's log. */
    long logged(String text) {
        try (Stream<String> lines = Files.lines(data.resolve(LOG_FILE))) {
            return lines.filter(line -> line.contains(text)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(data, "unix:uid"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String program(String name) {
        try (Stream<Path> files = Files.walk(FILES, 3)) {
            return files.filter(file -> file.endsWith(Path.of("bin", name)))
                    .findFirst()
                    .orElseThrow()
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nothing of the server is left, whatever state a failed test left it in. */
    @Override
    public void close() throws IOException {
        List<ProcessHandle> processes = Files.exists(data.resolve("postmaster.pid")) ? processes() : List.of();
        processes.forEach(process -> Signal.CONT.send(process.pid()));
        postgres.close();
        processes.forEach(ProcessHandle::destroyForcibly);
    }
}
