// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Runs the box office on PostgreSQL and two WildFly nodes until Ctrl-C. System properties: {@code demo.port} is the first of
 * the ports taken (8080); {@code demo.check} shows everything by itself, kills a node on the way, and ends.
 */
public final class Demo {

    private static final int NODES = 2;
    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    private final long startNanos = System.nanoTime();

    /** Guarded by this. */
    private final List<ServerNode> nodes = new ArrayList<>();

    /** No further node may be started. Guarded by this. */
    private boolean stopping;

    private Demo() {}

    /**
     * Runs the demo.
     *
     * @param args the home of a configured WildFly, the EAR, and a directory to write to
     */
    public static void main(String[] args) {
        endWithParent();
        try {
            new Demo().run(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]), Ports.first());
        } catch (IOException | RuntimeException e) {
            System.out.println("The demo failed: " + e.getMessage());
            System.exit(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Path wildfly, Path ear, Path directory, int port) throws IOException, InterruptedException {
        Ports.requireFree(port, NODES);
        try (TestDatabase database = TestDatabase.start(directory)) {
            Thread stopping = new Thread(this::stopNodes, "demo-stop");
            Runtime.getRuntime().addShutdownHook(stopping);
            try {
                startNodes(new NodeFactory(wildfly, ear, directory, port, database));
                announce();
                if (!Boolean.getBoolean("demo.check")) {
                    new CountDownLatch(1).await();
                } else {
                    new Check(nodes(), this::say).run();
                }
            } finally {
                stopNodes();
                removeHook(stopping);
            }
        }
    }

    private void startNodes(NodeFactory factory) throws IOException, InterruptedException {
        for (int i = 0; i < NODES; i++) {
            startNode(factory, i);
        }
        for (ServerNode node : nodes()) {
            node.awaitReady(START_LIMIT);
            say(node.name() + " serves, process " + node.pid() + ", log " + node.log());
        }
    }

    private synchronized void startNode(NodeFactory factory, int index) throws IOException {
        if (!stopping) {
            nodes.add(factory.start(index));
        }
    }

    private synchronized List<ServerNode> nodes() {
        return List.copyOf(nodes);
    }

    private void announce() {
        say("ready");
        System.out.println();
        for (ServerNode node : nodes()) {
            System.out.println(
                    "    " + node.url() + "/   " + node.name() + ", stop it hard with: kill -9 " + node.pid());
        }
        System.out.println();
        System.out.println("    Ctrl-C stops everything.");
        System.out.println();
    }

    private void stopNodes() {
        synchronized (this) {
            stopping = true;
        }
        nodes().forEach(ServerNode::terminate);
        nodes().forEach(ServerNode::awaitEnd);
    }

    /** Maven started this JVM and may end without telling it, as when it is killed by a time-out. */
    private static void endWithParent() {
        ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(1)));
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is shutting down: the hook runs or has run.
            System.out.println("stopping");
        }
    }

    private void say(String message) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        System.out.println(String.format("[%5.1f s] %s", seconds, message));
    }
}
