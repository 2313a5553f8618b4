// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.wildfly.core.launcher.CliCommandBuilder;
import org.wildfly.core.launcher.StandaloneCommandBuilder;

/** WildFly: one installation, and for each node a base directory. */
final class WildFly extends Product {

    WildFly(String title, Sources sources, Path home) {
        super(title, sources, home);
    }

    /** All recipes in one run of the command line client, which needs no server. */
    @Override
    void configure() throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder();
        for (Path recipe : recipes()) {
            script.append(Files.readString(recipe)).append('\n');
        }
        Path file = home().resolveSibling("wildfly.cli");
        Files.writeString(file, script);
        CliCommandBuilder client = CliCommandBuilder.of(home())
                .addJavaOptions("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Dpostgresql.jar=" + driver())
                .setScriptFile(file);
        ProcessBuilder program = new ProcessBuilder(client.build());
        program.environment().put("JBOSS_HOME", home().toString());
        Tools.run(program, home().resolveSibling("wildfly-cli.log"));
    }

    @Override
    void create(NodeSpec node) throws IOException {
        Directories.delete(node.base());
        Directories.copy(home().resolve("standalone"), node.base());
        Files.createDirectories(node.temporary());
        Files.copy(application(), node.base().resolve("deployments").resolve("box-office.ear"));
    }

    @Override
    ProcessBuilder command(NodeSpec node) {
        return new ProcessBuilder(StandaloneCommandBuilder.of(home())
                .setBaseDirectory(node.base())
                .addJavaOptions(node.jvmOptions())
                .addJavaOptions(
                        "-Djboss.node.name=" + node.name(),
                        "-Djboss.tx.node.id=" + node.name(),
                        "-Djboss.bind.address=127.0.0.1",
                        "-Djboss.bind.address.management=127.0.0.1",
                        "-Djboss.http.port=" + node.httpPort(),
                        "-Djboss.https.port=0",
                        "-Djboss.management.http.port=" + node.administrationPort())
                .build());
    }
}
