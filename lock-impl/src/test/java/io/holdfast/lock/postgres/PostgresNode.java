// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL of a test's own: a data directory and, while it runs, the server of it, whose processes the test may stop,
 * kill and restart. Its port stays the same.
 */
final class PostgresNode implements AutoCloseable {

    private static final String USER = "postgres";
    private static final long PATIENCE_SECONDS = 60;

    /**
     * Processes are killed here, never the machine: what they have written is there without fsync. And the killed ones leave
     * shared memory behind, which as files of the data directory is deleted with it.
     */
    private static final String SETTINGS = """
            fsync = off
            dynamic_shared_memory_type = mmap
            shared_buffers = 16MB
            wal_keep_size = 256MB
            listen_addresses = 'localhost'
            unix_socket_directories = ''
            """;

    private final Path data;
    private final int port = Ports.free();
    private Process postmaster;

    /** The server of a directory that is there. */
    PostgresNode(Path data) {
        this.data = data;
        Runtime.getRuntime().addShutdownHook(new Thread(database()::close));
    }

    /** A new cluster, not started yet. */
    static PostgresNode initialize(Path data, String... settings) throws IOException {
        PostgresNode node = new PostgresNode(data);
        node.run(node.onData("initdb", "--no-sync", "-A", "trust", "-U", USER, "-E", "UTF-8"));
        node.configure(SETTINGS);
        node.configure(settings);
        return node;
    }

    /** A new cluster whose server answers. */
    static PostgresNode started(String... settings) {
        Path data = Path.of(System.getProperty("java.io.tmpdir"), "node-" + UUID.randomUUID());
        try {
            PostgresNode node = initialize(data, settings);
            node.start();
            return node;
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start; as root it needs user namespaces", e);
        }
    }

    /** Takes effect with the next start. */
    void configure(String... settings) throws IOException {
        Files.write(data.resolve("postgresql.conf"), Arrays.asList(settings), StandardOpenOption.APPEND);
    }

    /** Returns when the server answers. */
    void start() throws IOException {
        postmaster = process(onData("postgres", "-p", Integer.toString(port)));
        awaitAnswer();
    }

    /** Returns when new sessions are served, as after a crash. */
    void awaitAnswer() throws IOException {
        if (!comesTrue(() -> Server.answers(dataSource()) || !postmaster.isAlive()) || !postmaster.isAlive()) {
            throw new IllegalStateException("the server does not answer: " + Files.readString(log()));
        }
    }

    /** Returns when the server answers again. Modes as of pg_ctl; after an immediate one the start is a recovery. */
    void restart(String mode) throws IOException {
        run(onData("pg_ctl", "stop", "-m", mode, "-w"));
        awaitEnd(postmaster);
        start();
    }

    /** SIGKILL for every process of the server, whatever state it is in: nothing is written any more. */
    void kill() {
        if (postmaster != null) {
            // Otherwise it might start a process that is not in the list.
            signalAll(Signal.STOP);
            List<ProcessHandle> children = postmaster.descendants().toList();
            postmaster.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
            awaitEnd(postmaster);
            // A start beside a process that still has the shared memory is refused.
            comesTrue(() -> children.stream().noneMatch(PostgresNode::isRunning));
            postmaster = null;
        }
    }

    private static void awaitEnd(Process process) {
        process.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    /** One that has ended counts as alive until its new parent has asked for it, which may take seconds. */
    private static boolean isRunning(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    private static boolean comesTrue(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        return true;
    }

    /** To the whole server: first to the process that would start new ones. */
    void signalAll(Signal signal) {
        signal.send(postmaster.pid());
        postmaster.descendants().forEach(process -> signal.send(process.pid()));
    }

    Path data() {
        return data;
    }

    int port() {
        return port;
    }

    /** For whatever takes the database of all tests as well. */
    TestDatabase database() {
        return new TestDatabase("jdbc:postgresql://localhost:" + port + "/postgres", USER, "", "embedded", this);
    }

    /** Every connection is a session of its own. */
    PGSimpleDataSource dataSource() {
        return (PGSimpleDataSource) database().dataSource();
    }

    /** To look at it from outside. */
    Server server() {
        return new Server(database());
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

    /** How many lines of the server's log have this. */
    long logged(String text) {
        try (Stream<String> lines = Files.lines(log())) {
            return lines.filter(line -> line.contains(text)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it and deletes its files, also if it never ran or has been closed before. */
    @Override
    public void close() throws IOException {
        kill();
        removeSharedMemory();
        if (Files.exists(data)) {
            try (Stream<Path> files = Files.walk(data)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
        Files.deleteIfExists(log());
    }

    /**
     * The segment, named in the seventh line, by which a start finds out who still uses the directory: a server that was
     * killed has not removed it.
     */
    private void removeSharedMemory() throws IOException {
        Path state = data.resolve("postmaster.pid");
        List<String> lines = Files.exists(state) ? Files.readAllLines(state) : List.of();
        String[] keyAndId =
                lines.size() < 7 ? new String[0] : lines.get(6).strip().split(" +");
        if (keyAndId.length == 2) {
            awaitEnd(process(List.of("ipcrm", "-m", keyAndId[1])));
        }
    }

    private Path log() {
        return data.resolveSibling(data.getFileName() + ".log");
    }

    private List<String> onData(String program, String... arguments) throws IOException {
        List<String> command = PostgresBinaries.command(program, arguments);
        command.addAll(List.of("-D", data.toString()));
        return command;
    }

    private void run(List<String> command) throws IOException {
        Process process = process(command);
        awaitEnd(process);
        if (process.exitValue() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + Files.readString(log()));
        }
    }

    private Process process(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }
}
