// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;
import org.wildfly.core.launcher.StandaloneCommandBuilder;

/**
 * Makes nodes out of one configured WildFly, each with a base directory of its own.
 *
 * @param wildfly its home
 * @param ear what to deploy
 * @param directory where base directories and logs go
 * @param firstPort the HTTP port of the first node
 * @param database for the data sources
 */
record NodeFactory(Path wildfly, Path ear, Path directory, int firstPort, TestDatabase database) {

    ServerNode start(int index) throws IOException {
        String name = "node" + (index + 1);
        Path base = directory.resolve(name);
        delete(base);
        copy(wildfly.resolve("standalone"), base);
        Files.copy(ear, base.resolve("deployments").resolve("box-office.ear"), StandardCopyOption.REPLACE_EXISTING);
        Path log = directory.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command(index, name, base).build());
        // Not on the command line, which every user of the machine can read.
        builder.environment().put("HOLDFAST_JDBC_PASSWORD", database.password());
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        return new ServerNode(name, "http://127.0.0.1:" + Ports.http(firstPort, index), builder.start(), log);
    }

    private StandaloneCommandBuilder command(int index, String name, Path base) {
        int peer = 1 - index;
        return StandaloneCommandBuilder.of(wildfly)
                .setBaseDirectory(base)
                .addJavaOptions(
                        "-Xmx384m",
                        "-XX:-UsePerfData",
                        "-Djava.net.preferIPv4Stack=true",
                        "-Djava.io.tmpdir=" + base.resolve("tmp"),
                        "-Djboss.node.name=" + name,
                        "-Djboss.tx.node.id=" + name,
                        "-Djboss.bind.address=127.0.0.1",
                        "-Djboss.http.port=" + Ports.http(firstPort, index),
                        "-Djboss.https.port=0",
                        "-Djboss.management.http.port=" + Ports.management(firstPort, index),
                        "-Dboxoffice.node=" + name,
                        "-Dboxoffice.peer=http://127.0.0.1:" + Ports.http(firstPort, peer),
                        "-Dholdfast.jdbc.url=" + database.url() + parameter() + "ApplicationName=" + name,
                        "-Dholdfast.jdbc.user=" + database.user());
    }

    private String parameter() {
        return database.url().contains("?") ? "&" : "?";
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        }
    }
}
