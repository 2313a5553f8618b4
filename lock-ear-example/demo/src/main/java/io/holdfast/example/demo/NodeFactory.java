// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Makes the nodes, and what they run on. */
final class NodeFactory {

    private static final String PASSWORD = "HOLDFAST_JDBC_PASSWORD";

    private final Map<ServerKind, Product> products = new EnumMap<>(ServerKind.class);
    private final ProcessList processes;

    /**
     * Makes the products of the kinds that are asked for.
     *
     * @param settings where everything is
     * @param processes gets the nodes' processes
     */
    NodeFactory(Settings settings, ProcessList processes) {
        this.processes = processes;
        for (ServerKind kind : settings.nodes()) {
            products.computeIfAbsent(kind, each -> product(each, settings));
        }
    }

    private static Product product(ServerKind kind, Settings settings) {
        Path home = settings.directory().resolve("servers").resolve(kind.label());
        String title = settings.title(kind);
        return switch (kind) {
            case WILDFLY ->
                new WildFly(
                        title,
                        sources(
                                settings,
                                kind,
                                "docs/servers/wildfly.cli",
                                "docs/servers/wildfly-fault-tolerance.cli",
                                "lock-ear-example/ear/src/main/wildfly/box-office.cli"),
                        home);
            case PAYARA ->
                new Payara(
                        title,
                        sources(
                                settings,
                                kind,
                                "docs/servers/payara.asadmin",
                                "lock-ear-example/ear/src/main/payara/box-office.asadmin"),
                        home);
            case LIBERTY ->
                new Liberty(
                        title,
                        sources(
                                settings,
                                kind,
                                "docs/servers/liberty.xml",
                                "lock-ear-example/ear/src/main/liberty/box-office.xml"),
                        home);
        };
    }

    private static Product.Sources sources(Settings settings, ServerKind kind, String... recipes) {
        return new Product.Sources(
                settings.archive(kind),
                settings.driver(),
                List.of(recipes).stream().map(settings.project()::resolve).toList(),
                settings.application());
    }

    Product product(ServerKind kind) {
        return products.get(kind);
    }

    List<Product> products() {
        return List.copyOf(products.values());
    }

    /** Makes a node without starting it. */
    ServerNode node(NodeSpec spec) {
        return new ServerNode(spec, again -> start(spec, again));
    }

    private Process start(NodeSpec spec, boolean again) throws IOException, InterruptedException {
        Product product = product(spec.kind());
        if (again) {
            product.repair(spec);
        } else {
            product.create(spec);
            Files.deleteIfExists(spec.log());
        }
        ProcessBuilder builder = product.command(spec)
                .directory(spec.base().toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(spec.log().toFile()));
        // Not on the command line, which every user of the machine can read.
        builder.environment().put(PASSWORD, spec.password());
        Process process = builder.start();
        processes.add(spec.name(), process.toHandle());
        process.getOutputStream().close();
        return process;
    }
}
