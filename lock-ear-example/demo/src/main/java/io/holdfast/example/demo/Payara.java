// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Payara: one installation, and for each node a domain. The recipes run when the domain starts, before anything else, so that
 * no server needs to run for them.
 */
final class Payara extends Product {

    private static final String MAIN_CLASS = "com.sun.enterprise.glassfish.bootstrap.ASMain";

    /** They open a port for an OSGi console. */
    private static final String ADDITIONAL_BUNDLES = "-Dorg.glassfish.additionalOSGiBundlesToStart=";

    private static final String SERVER_CONFIGURATION = "<config name=\"server-config\">";

    /** Without it, the server gets a broker, which listens on a port. */
    private static final String WITHOUT_BROKER =
            "<jms-service type=\"REMOTE\" default-jms-host=\"none\"><jms-host name=\"none\"/></jms-service>";

    Payara(String title, Sources sources, Path home) {
        super(title, sources, home);
    }

    @Override
    void configure() throws IOException {
        List<String> commands = new ArrayList<>();
        for (Path recipe : recipes()) {
            commands.addAll(Files.readAllLines(recipe).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    // As the recipe says of a domain that has the driver in its lib folder.
                    .filter(line -> !line.startsWith("add-library"))
                    .toList());
        }
        Files.write(recipesInOne(), commands);
    }

    private Path recipesInOne() {
        return home().resolve("recipes.asadmin");
    }

    private Path domain() {
        return home().resolve("glassfish/domains/domain1");
    }

    @Override
    void create(NodeSpec node) throws IOException {
        Directories.delete(node.base());
        Directories.copy(domain(), node.base());
        Files.createDirectories(node.temporary());
        Files.copy(driver(), node.base().resolve("lib").resolve("postgresql.jar"));
        deploy(node);
    }

    /** What the commands at the start have changed is taken back, so that they can run again. */
    @Override
    void repair(NodeSpec node) throws IOException {
        for (String directory : List.of("applications", "autodeploy", "generated")) {
            Directories.delete(node.base().resolve(directory));
        }
        deploy(node);
    }

    /** The recipes and the application are then taken up as at the first start. */
    private void deploy(NodeSpec node) throws IOException {
        configure(node);
        Path deployments = node.base().resolve("autodeploy");
        Files.createDirectories(deployments);
        Files.copy(application(), deployments.resolve("box-office.ear"));
    }

    private void configure(NodeSpec node) throws IOException {
        Path configuration = Path.of("config", "domain.xml");
        String original = Files.readString(domain().resolve(configuration));
        Files.writeString(
                node.base().resolve(configuration),
                original.replaceAll(
                                "<(iiop-listener|jmx-connector|hazelcast-config-specific-configuration"
                                        + "|network-listener port=\"8181\")(?=[ >])",
                                "<$1 enabled=\"false\"")
                        .replace(SERVER_CONFIGURATION, SERVER_CONFIGURATION + WITHOUT_BROKER)
                        .replace("port=\"8080\"", "address=\"127.0.0.1\" port=\"" + node.httpPort() + "\"")
                        .replace("port=\"4848\"", "address=\"127.0.0.1\" port=\"" + node.administrationPort() + "\""));
    }

    /** The command that asadmin would run in the background, with our options. */
    @Override
    ProcessBuilder command(NodeSpec node) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        for (String word : commandOfAsadmin(node)) {
            if (word.equals(MAIN_CLASS)) {
                command.addAll(node.jvmOptions());
            }
            if (!word.startsWith(ADDITIONAL_BUNDLES)) {
                command.add(word);
            }
        }
        command.set(0, Tools.JAVA);
        return new ProcessBuilder(command);
    }

    private List<String> commandOfAsadmin(NodeSpec node) throws IOException, InterruptedException {
        ProcessBuilder asadmin = new ProcessBuilder(
                Tools.JAVA,
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-jar",
                home().resolve("glassfish/modules/admin-cli.jar").toString(),
                "start-domain",
                "--dry-run",
                "--domaindir",
                node.base().getParent().toString(),
                "--prebootcommandfile",
                recipesInOne().toString(),
                node.name());
        List<String> output = Tools.run(asadmin, node.base().resolve("asadmin.log"));
        // A headline, a word of the command in each line, an empty line, and that it was successful.
        List<String> command =
                output.stream().skip(1).takeWhile(line -> !line.isEmpty()).toList();
        if (!command.contains(MAIN_CLASS)) {
            throw new IOException("asadmin does not say how it would start " + node.name() + "; see "
                    + node.base().resolve("asadmin.log"));
        }
        return command;
    }
}
