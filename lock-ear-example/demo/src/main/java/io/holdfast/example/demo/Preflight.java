// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.nio.file.Path;
import java.util.List;

/**
 * What is checked before anything is built, inside of Maven as a task of Ant: the settings, what an earlier demo has left, and
 * whether the ports are free. It also lets Maven be silent about a build that goes well.
 */
public final class Preflight {

    private String nodes = "";
    private String port = "";
    private Path directory = Path.of("");

    /** Made by Ant. */
    public Preflight() {}

    /**
     * Sets an attribute of the task.
     *
     * @param nodes what {@code demo.nodes} says
     */
    public void setNodes(String nodes) {
        this.nodes = nodes;
    }

    /**
     * Sets an attribute of the task.
     *
     * @param port what {@code demo.port} says
     */
    public void setPort(String port) {
        this.port = port;
    }

    /**
     * Sets an attribute of the task.
     *
     * @param directory where the launcher writes to
     */
    public void setDirectory(String directory) {
        this.directory = Path.of(directory);
    }

    /**
     * Runs the task.
     *
     * @throws IllegalArgumentException if a setting is wrong
     * @throws IllegalStateException if a demo runs already, or a port is taken
     * @throws InterruptedException if the thread is interrupted
     */
    public void execute() throws InterruptedException {
        MavenOutput output = new MavenOutput();
        output.showErrorsOnly();
        try {
            check();
        } catch (IllegalArgumentException | IllegalStateException e) {
            System.out.println("[ERROR] " + e.getMessage());
            output.showNothing();
            throw e;
        }
        System.out.println("Building the example and what starts it");
    }

    private void check() throws InterruptedException {
        List<ServerKind> kinds = ServerKind.parse(nodes);
        Ports ports = Ports.parse(port);
        new ProcessList(directory).endLeftovers().forEach(System.out::println);
        ports.requireFree(kinds);
    }
}
