// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.postgresql.ds.PGSimpleDataSource;

/** A real PgBouncer before a database. Its executable must be on the PATH: see the Maven profile {@code pgbouncer}. */
final class PgBouncer implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 20;
    private static final int POOL_SIZE = 50;

    private final Path files;
    private final int port;
    private final String user;
    private final Process process;

    private PgBouncer(Path files, int port, String user, Process process) {
        this.files = files;
        this.port = port;
        this.user = user;
        this.process = process;
    }

    /**
     * Starts it and returns when it leads to the database.
     *
     * @param poolMode session, transaction or statement
     */
    static PgBouncer start(TestDatabase database, String poolMode, String... settings)
            throws IOException, InterruptedException {
        Path files = Files.createTempDirectory("pgbouncer-");
        int port = Ports.free();
        Path configuration =
                Files.writeString(files.resolve("pgbouncer.ini"), configuration(database, port, poolMode, settings));
        Process process = new ProcessBuilder("pgbouncer", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(files.resolve("pgbouncer.log").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        PgBouncer pooler = new PgBouncer(files, port, database.user(), process);
        pooler.awaitAnswer();
        return pooler;
    }

    private static String configuration(TestDatabase database, int port, String poolMode, String... settings) {
        URI url = URI.create(database.url().substring("jdbc:".length()));
        return """
                [databases]
                locks = host=%s port=%d dbname=%s user=%s password=%s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = %s
                default_pool_size = %d
                max_client_conn = 200
                ignore_startup_parameters = extra_float_digits
                %s
                %s
                """.formatted(
                        url.getHost(),
                        url.getPort(),
                        url.getPath().substring(1),
                        database.user(),
                        database.password(),
                        port,
                        poolMode,
                        POOL_SIZE,
                        // PgBouncer refuses to run as root unless it can switch to another user.
                        "root".equals(System.getProperty("user.name")) ? "user = nobody" : "",
                        String.join("\n", List.of(settings)));
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Server.answers(dataSource())) {
            if (!process.isAlive() || System.nanoTime() - end > 0) {
                String log = Files.readString(files.resolve("pgbouncer.log"));
                close();
                throw new IllegalStateException("did not start: " + log);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** The database by way of the pooler. */
    PGSimpleDataSource dataSource() {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl("jdbc:postgresql://127.0.0.1:" + port + "/locks");
        dataSource.setUser(user);
        return dataSource;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        process.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        Files.delete(files.resolve("pgbouncer.ini"));
        Files.delete(files.resolve("pgbouncer.log"));
        Files.delete(files);
    }
}
