// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A server product: how it is unpacked and configured, once for all its nodes, and how a node of it is started. */
abstract class Product {

    private final String title;
    private final Sources sources;
    private final Path home;

    /**
     * What a product is made of.
     *
     * @param archive its zip file
     * @param driver the JDBC driver
     * @param recipes what makes its data sources
     * @param application the EAR
     */
    record Sources(Path archive, Path driver, List<Path> recipes, Path application) {}

    Product(String title, Sources sources, Path home) {
        this.title = title;
        this.sources = sources;
        this.home = home;
    }

    /** Its name and version. */
    final String title() {
        return title;
    }

    final Path home() {
        return home;
    }

    final Path driver() {
        return sources.driver();
    }

    final List<Path> recipes() {
        return sources.recipes();
    }

    final Path application() {
        return sources.application();
    }

    /** Unpacks and configures it, unless an earlier run has done so with the same archive and recipes. */
    final void prepare(Progress progress) throws IOException, InterruptedException {
        Path marker = home.resolveSibling(home.getFileName() + ".prepared");
        String key = key();
        if (Files.exists(marker) && Files.readString(marker).equals(key)) {
            return;
        }
        Files.deleteIfExists(marker);
        try (Progress.Step unpacking = progress.step(title, "is being unpacked", "unpacked")) {
            Directories.delete(home);
            Directories.unpack(sources.archive(), home);
            unpacking.done();
        }
        try (Progress.Step configuring = progress.step(title, "is being configured", "configured")) {
            configure();
            configuring.done();
        }
        Files.writeString(marker, key);
    }

    private String key() throws IOException {
        StringBuilder key = new StringBuilder();
        for (Path file : List.of(sources.archive(), sources.driver())) {
            key.append(file.getFileName()).append(' ').append(Files.size(file)).append('\n');
        }
        for (Path recipe : recipes()) {
            key.append(Files.readString(recipe));
        }
        return key.toString();
    }

    /** Does what is done once for all nodes. */
    abstract void configure() throws IOException, InterruptedException;

    /** Makes the node's directory. */
    abstract void create(NodeSpec node) throws IOException, InterruptedException;

    /** Repairs the node's directory after the process has ended, in whatever way. */
    void repair(NodeSpec node) throws IOException {}

    /** The command that becomes the server's JVM. */
    abstract ProcessBuilder command(NodeSpec node) throws IOException, InterruptedException;
}
