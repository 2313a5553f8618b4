// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Runs the box office on PostgreSQL and some application servers until Ctrl-C. System properties: {@code demo.nodes} lists the
 * servers (wildfly,wildfly); {@code demo.port} is the first of the ports taken (8080); {@code demo.check} shows everything by
 * itself, kills a node on the way, and ends.
 */
public final class Demo {

    /** The exit code for a failure that is reported already, so that Maven need not say more; see the POM. */
    private static final int SAID = 3;

    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    private final Settings settings;
    private final Progress progress;
    private final ProcessList processes;

    /** Guarded by this. */
    private final List<ServerNode> nodes = new ArrayList<>();

    /** No further node may be added. Guarded by this. */
    private boolean stopping;

    private Demo(Settings settings) {
        this.settings = settings;
        this.progress = new Progress(settings.started());
        this.processes = new ProcessList(settings.directory());
    }

    /**
     * Runs the demo.
     *
     * @param args none; everything is in system properties
     */
    public static void main(String[] args) {
        endWithParent();
        Settings settings = Settings.read();
        try {
            settings.clearFailed();
            new Demo(settings).run();
        } catch (IOException | RuntimeException e) {
            // The message of these is a file's name alone.
            System.out.println("The demo failed: " + (e instanceof FileSystemException ? e : e.getMessage()));
            settings.markFailed();
            System.exit(SAID);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() throws IOException, InterruptedException {
        processes.addLauncher();
        Thread stop = new Thread(this::stop, "demo-stop");
        Runtime.getRuntime().addShutdownHook(stop);
        NodeFactory factory = new NodeFactory(settings, processes);
        try (TestDatabase database = prepare(factory)) {
            Database.postmaster(database).ifPresent(process -> processes.add("PostgreSQL", process));
            try (Network network = network(database)) {
                startNodes(factory, database, network);
                List<Incidents> incidents = nodes().stream()
                        .map(node -> new Incidents(node, network.relay(node.name()), database))
                        .toList();
                try (Desk desk = Desk.start(settings.ports().desk(), incidents)) {
                    announce(desk);
                    stayOpen();
                }
            } finally {
                stop();
                removeHook(stop);
            }
        }
    }

    private void stayOpen() throws IOException, InterruptedException {
        if (settings.check()) {
            new Check(nodes(), progress::say).run();
        } else {
            new CountDownLatch(1).await();
        }
    }

    /** The database starts while the servers are unpacked and configured. */
    private TestDatabase prepare(NodeFactory factory) throws IOException, InterruptedException {
        Parallel parallel = new Parallel();
        for (Product product : factory.products()) {
            parallel.start(() -> product.prepare(progress));
        }
        TestDatabase database = startDatabase();
        try {
            parallel.await();
            return database;
        } catch (IOException | InterruptedException | RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /** Each node reaches the database through a relay of its own. */
    private Network network(TestDatabase database) throws IOException {
        List<String> names = IntStream.range(0, settings.nodes().size())
                .mapToObj(settings::nodeName)
                .toList();
        return Network.of(database, names);
    }

    private TestDatabase startDatabase() {
        try (Progress.Step starting = progress.step("PostgreSQL", "starts", "runs")) {
            TestDatabase database = TestDatabase.start(settings.directory());
            starting.done();
            return database;
        }
    }

    private void startNodes(NodeFactory factory, TestDatabase database, Network network)
            throws IOException, InterruptedException {
        Parallel parallel = new Parallel();
        for (int i = 0; i < settings.nodes().size(); i++) {
            ServerNode node = factory.node(spec(i, factory, network, database));
            if (add(node)) {
                String title = factory.product(node.kind()).title();
                parallel.start(() -> startNode(node, title));
            }
        }
        parallel.await();
    }

    private NodeSpec spec(int index, NodeFactory factory, Network network, TestDatabase database) {
        String name = settings.nodeName(index);
        ServerKind kind = settings.nodes().get(index);
        Map<String, String> properties = properties(index, factory.product(kind).title());
        properties.put("holdfast.jdbc.url", network.jdbcUrl(name));
        properties.put("holdfast.jdbc.user", database.user());
        Path directory = settings.directory();
        return new NodeSpec(
                name,
                kind,
                settings.ports().http(index),
                settings.ports().administration(index),
                directory.resolve(name),
                directory.resolve(name + ".log"),
                properties,
                database.password());
    }

    /** The system properties of the application on one of the nodes. */
    private Map<String, String> properties(int index, String server) {
        int count = settings.nodes().size();
        String peers = IntStream.range(0, count)
                .mapToObj(each -> settings.nodeName(each) + "=" + url(each))
                .collect(Collectors.joining(","));
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("boxoffice.demo", "true");
        properties.put("boxoffice.node", settings.nodeName(index));
        properties.put("boxoffice.server", server);
        properties.put("boxoffice.peers", peers);
        // Short, so that the audience need not wait for what a lost server leaves.
        properties.put("holdfast.heartbeat", "3s");
        properties.put("holdfast.check-interval", "1s");
        return properties;
    }

    private String url(int index) {
        return "http://127.0.0.1:" + settings.ports().http(index);
    }

    private void startNode(ServerNode node, String title) throws IOException, InterruptedException {
        try (Progress.Step starting = progress.step(
                node.name() + " (" + title + ")", "waits for the server to answer", "serves at " + node.url())) {
            node.start();
            node.awaitReady(START_LIMIT);
            starting.done();
        }
    }

    private synchronized boolean add(ServerNode node) {
        if (!stopping) {
            nodes.add(node);
        }
        return !stopping;
    }

    private synchronized List<ServerNode> nodes() {
        return List.copyOf(nodes);
    }

    private void announce(Desk desk) {
        progress.say("ready");
        System.out.println();
        for (ServerNode node : nodes()) {
            System.out.println("    " + node.url() + "/" + desk.fragment() + "   " + node.name());
        }
        System.out.println();
        System.out.println("    Open one of them. The part behind # is for the control desk. Ctrl-C stops everything.");
        System.out.println();
    }

    private void stop() {
        synchronized (this) {
            stopping = true;
        }
        nodes().forEach(ServerNode::terminate);
        nodes().forEach(ServerNode::awaitEnd);
        processes.delete();
    }

    /** Maven started this JVM and may end without telling it, as when it is killed by a timeout. */
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
}
