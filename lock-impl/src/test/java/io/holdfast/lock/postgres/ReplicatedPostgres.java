// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.UUID;

/** A primary and a standby that follows it by streaming replication. */
final class ReplicatedPostgres implements AutoCloseable {

    private static final String STANDBY_NAME = "standby";
    private static final String STREAMING =
            "select count(*) from pg_stat_replication where state = 'streaming' and application_name = '" + STANDBY_NAME
                    + "'";

    /** What belongs to the running primary, or comes by streaming. */
    private static final Set<Path> NOT_COPIED =
            Set.of(Path.of("postmaster.pid"), Path.of("postmaster.opts"), Path.of("pg_wal"), Path.of("pg_replslot"));

    private final PostgresNode primary;
    private final PostgresNode standby;

    private ReplicatedPostgres(PostgresNode primary, PostgresNode standby) {
        this.primary = primary;
        this.standby = standby;
    }

    /** Starts both; the standby streams when this returns. */
    static ReplicatedPostgres start() throws IOException, SQLException, InterruptedException {
        Path files = Path.of(System.getProperty("java.io.tmpdir"), "replicated-" + UUID.randomUUID());
        Files.createDirectories(files);
        PostgresNode primary = PostgresNode.initialize(files.resolve("primary"));
        primary.start();
        PostgresNode standby = replicate(primary, files.resolve("standby"));
        standby.start();
        ReplicatedPostgres both = new ReplicatedPostgres(primary, standby);
        both.awaitStreaming();
        return both;
    }

    /** What pg_basebackup does. */
    private static PostgresNode replicate(PostgresNode primary, Path data)
            throws IOException, SQLException, InterruptedException {
        try (Connection connection = primary.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('standby', true)");
            copy(primary.data(), data);
            try (ResultSet result = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                result.next();
                Files.writeString(data.resolve("backup_label"), result.getString(1));
            }
        }
        Files.createFile(data.resolve("standby.signal"));
        PostgresNode standby = new PostgresNode(data);
        standby.configure("primary_conninfo = 'host=localhost user=postgres port=" + primary.port()
                + " application_name=" + STANDBY_NAME + "'");
        return standby;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Path relative = from.relativize(directory);
                Files.copy(directory, to.resolve(relative), COPY_ATTRIBUTES);
                return NOT_COPIED.contains(relative) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path relative = from.relativize(file);
                if (!NOT_COPIED.contains(relative)) {
                    try {
                        Files.copy(file, to.resolve(relative), COPY_ATTRIBUTES);
                    } catch (NoSuchFileException e) {
                        // The server keeps working during the copy and deletes temporary files.
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    PostgresNode primary() {
        return primary;
    }

    PostgresNode standby() {
        return standby;
    }

    /** From now on a commit on the primary waits until the standby has it too; on the standby, once promoted, none waits. */
    void makeSynchronous() throws InterruptedException {
        primary.execute(
                "alter system set synchronous_standby_names = '" + STANDBY_NAME + "'", "select pg_reload_conf()");
        Server.eventually(
                "the standby is a synchronous one",
                () -> "sync".equals(primary.ask("select max(sync_state) from pg_stat_replication")));
    }

    /** The standby hears no more of the primary. */
    void cutOff() throws InterruptedException {
        standby.execute("alter system set primary_conninfo = ''", "select pg_reload_conf()");
        Server.eventually("the standby is cut off", () -> "0".equals(primary.ask(STREAMING)));
    }

    /** The standby becomes a primary, and takes writes when this returns. */
    void promote() {
        standby.execute("select pg_promote(true, 60)");
    }

    private void awaitStreaming() throws InterruptedException {
        Server.eventually("the standby streams", () -> "1".equals(primary.ask(STREAMING)));
    }

    /** Kills both and deletes their files. */
    @Override
    public void close() throws IOException {
        standby.close();
        primary.close();
        Files.delete(primary.data().getParent());
    }
}
