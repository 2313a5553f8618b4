// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * What Maven passes on.
 *
 * @param project the root of the project, whose recipes are run
 * @param directory where everything is written to
 * @param nodes the servers of the nodes
 * @param ports the ports
 * @param check whether the demo shows everything by itself and ends
 * @param started when Maven was started
 */
record Settings(Path project, Path directory, List<ServerKind> nodes, Ports ports, boolean check, Instant started) {

    /** Reads the system properties {@code demo.*}. */
    static Settings read() {
        return new Settings(
                Path.of(System.getProperty("demo.project")),
                Path.of(System.getProperty("demo.directory")),
                ServerKind.parse(System.getProperty("demo.nodes")),
                Ports.parse(System.getProperty("demo.port")),
                !System.getProperty("demo.check").equals("false"),
                Instant.parse(System.getProperty("demo.started")));
    }

    /** Name and version of a server. */
    String title(ServerKind kind) {
        return System.getProperty("demo." + kind.label());
    }

    Path archive(ServerKind kind) {
        return directory.resolve("archives").resolve(title(kind) + ".zip");
    }

    Path driver() {
        return directory.resolve("driver").resolve("postgresql.jar");
    }

    Path application() {
        return project.resolve("lock-ear-example/ear/target/box-office.ear");
    }

    /** Lets Maven fail, without a stack trace of its own. */
    void markFailed() {
        try {
            Files.writeString(failed(), "The demo failed\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void clearFailed() {
        try {
            Files.deleteIfExists(failed());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path failed() {
        return directory.resolve("demo.failed");
    }

    String nodeName(int index) {
        return "node" + (index + 1);
    }
}
