// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.testkit.TestDatabase;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/** A data directory and, while it runs, the server of it, which can be killed: what replication and crashes are made of. */
final class PostgresNode implements AutoCloseable {

    private static final String USER = "postgres";
    private static final long PATIENCE_SECONDS = 60;

    /** Processes are killed here, never the machine: what they have written is there without fsync. */
    private static final String SETTINGS = """
            fsync = off
            shared_buffers = 16MB
            max_connections = 30
            wal_keep_size = 256MB
            listen_addresses = 'localhost'
            unix_socket_directories = ''
            """;

    /** Kept here since java.util.logging forgets the levels of loggers that nobody refers to. */
    private static final Logger EMBEDDED_LOG = Logger.getLogger("io.zonky.test.db.postgres.embedded");

    private static Path binaries;

    private final Path data;
    private final int port = freePort();
    private Process postmaster;

    /** The server of a directory that is there. */
    PostgresNode(Path data) {
        this.data = data;
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
    }

    /** A new cluster, not started yet. */
    static PostgresNode initialize(Path data, String... settings) throws IOException {
        PostgresNode node = new PostgresNode(data);
        node.run("initdb", "--no-sync", "-A", "trust", "-U", USER, "-E", "UTF-8", "-D", data.toString());
        node.configure(SETTINGS);
        node.configure(settings);
        return node;
    }

    /** Takes effect with the next start. */
    void configure(String... settings) throws IOException {
        Files.write(data.resolve("postgresql.conf"), Arrays.asList(settings), StandardOpenOption.APPEND);
    }

    /** Returns when the server answers. */
    void start() throws IOException, InterruptedException {
        postmaster = process("postgres", "-D", data.toString(), "-p", Integer.toString(port));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!answers()) {
            if (!postmaster.isAlive() || System.nanoTime() - end > 0) {
                throw new IllegalStateException("did not start: " + Files.readString(log()));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private boolean answers() {
        try (Connection connection = dataSource().getConnection()) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    /** SIGKILL for every process of the server: nothing is written any more, nobody is told. */
    void kill() {
        if (postmaster == null) {
            return;
        }
        List<ProcessHandle> children = postmaster.descendants().toList();
        postmaster.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        postmaster.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        awaitEnd(children);
        postmaster = null;
    }

    /** A start beside a process that still has the shared memory is refused. */
    private static void awaitEnd(List<ProcessHandle> killed) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (killed.stream().anyMatch(PostgresNode::isRunning) && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /** One that has ended counts as alive until its new parent has asked for it, which may take seconds. */
    private static boolean isRunning(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    /** As {@code pg_ctl restart -m immediate}: without a checkpoint, so that the start is a recovery. */
    void restartImmediately() throws IOException, InterruptedException {
        run("pg_ctl", "stop", "-m", "immediate", "-w", "-D", data.toString());
        postmaster.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        start();
    }

    Path data() {
        return data;
    }

    int port() {
        return port;
    }

    PGSimpleDataSource dataSource() {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl("jdbc:postgresql://localhost:" + port + "/postgres");
        dataSource.setUser(USER);
        return dataSource;
    }

    /** To look at it from outside. */
    Server server() {
        return new Server(new TestDatabase(dataSource().getURL(), USER, "", "embedded", () -> {}));
    }

    /** The first column of the first row. */
    String ask(String sql) {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    void execute(String... statements) {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(String.join("; ", statements), e);
        }
    }

    /** Kills it and deletes its files. */
    @Override
    public void close() throws IOException {
        kill();
        try (Stream<Path> files = Files.walk(data)) {
            files.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::delete);
        }
        Files.deleteIfExists(log());
    }

    private Path log() {
        return data.resolveSibling(data.getFileName() + ".log");
    }

    private void run(String... command) throws IOException {
        if (process(command)
                        .onExit()
                        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .join()
                        .exitValue()
                != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + Files.readString(log()));
        }
    }

    private Process process(String... command) throws IOException {
        List<String> line = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) {
            // PostgreSQL refuses to run as root; in a user namespace of its own it does not see that it does.
            line.addAll(List.of("unshare", "-U"));
        }
        line.addAll(Arrays.asList(command));
        line.set(line.size() - command.length, binaries().resolve(command[0]).toString());
        return new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    /** Where the library that brings them has unpacked initdb, pg_ctl and postgres. */
    private static synchronized Path binaries() throws IOException {
        if (binaries == null) {
            EMBEDDED_LOG.setLevel(Level.WARNING);
            Path files = Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg");
            try (EmbeddedPostgres unpacked = EmbeddedPostgres.builder()
                            .setOverrideWorkingDirectory(files.toFile())
                            .setDataDirectory(files.resolve("data-" + UUID.randomUUID()))
                            .setServerConfig("unix_socket_directories", "")
                            .start();
                    Connection connection = unpacked.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery("select setting from pg_config where name = 'BINDIR'")) {
                result.next();
                binaries = Path.of(result.getString(1));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
        return binaries;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
