// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Open Liberty: one installation, and for each node a user directory with one server. */
final class Liberty extends Product {

    Liberty(String title, Sources sources, Path home) {
        super(title, sources, home);
    }

    /** The recipes are parts of each server's configuration. */
    @Override
    void configure() {}

    @Override
    void create(NodeSpec node) throws IOException {
        Directories.delete(node.base());
        Files.createDirectories(node.temporary());
        Path server = node.base().resolve("servers").resolve(node.name());
        Files.createDirectories(server.resolve("apps"));
        Files.copy(application(), server.resolve("apps").resolve("box-office.ear"));
        for (Path recipe : recipes()) {
            Files.copy(recipe, server.resolve(recipe.getFileName()));
        }
        try (InputStream configuration = Liberty.class.getResourceAsStream("liberty-server.xml")) {
            Files.copy(configuration, server.resolve("server.xml"));
        }
    }

    /** As bin/server does. */
    @Override
    ProcessBuilder command(NodeSpec node) {
        List<String> command = new ArrayList<>(List.of(
                Tools.JAVA,
                "-javaagent:" + home().resolve("bin/tools/ws-javaagent.jar"),
                "@" + home().resolve("lib/platform/java/java9.options")));
        command.addAll(node.jvmOptions());
        command.addAll(List.of(
                // Of the port that the server is stopped by.
                "-Dcommand.port=-1",
                "-Ddemo.http.port=" + node.httpPort(),
                "-Dpostgresql.jar=" + driver(),
                "-jar",
                home().resolve("bin/tools/ws-server.jar").toString(),
                node.name()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("WLP_USER_DIR", node.base().toString());
        return builder;
    }
}
