// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The demo as {@code mvn -Pdemo} starts it. */
final class DemoProcess implements AutoCloseable {

    private static final Pattern PAGE = Pattern.compile("(http://127\\.0\\.0\\.1:\\d+/)(#\\S+)\\s+(\\w+)");
    private static final long START_MINUTES = 5;
    private static final long STOP_SECONDS = 30;
    private static final int LOWEST_PORT = 12_000;
    private static final int HIGHEST_PORT = 30_000;
    private static final int TRIES = 20;

    private final Process process;
    private final List<String> output = new ArrayList<>();
    private final List<String> pages = new ArrayList<>();
    private final CompletableFuture<List<String>> ready = new CompletableFuture<>();

    private DemoProcess(Process process, int nodes) {
        this.process = process;
        Thread reader = new Thread(() -> read(nodes), "demo-output");
        reader.setDaemon(true);
        reader.start();
    }

    static DemoProcess start(String nodes) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1"));
        for (String name : List.of(
                "java.io.tmpdir", "demo.project", "demo.directory", "demo.wildfly", "demo.payara", "demo.liberty")) {
            command.add("-D" + name + "=" + System.getProperty(name));
        }
        command.addAll(List.of(
                "-Ddemo.started=" + Instant.now(),
                "-Ddemo.nodes=" + nodes,
                "-Ddemo.port=" + freePort(nodes),
                "-Ddemo.check=false",
                "-classpath",
                System.getProperty("java.class.path"),
                Demo.class.getName()));
        DemoProcess demo = new DemoProcess(
                new ProcessBuilder(command).redirectErrorStream(true).start(), nodes.split(",", -1).length);
        try {
            demo.ready.get(START_MINUTES, TimeUnit.MINUTES);
            return demo;
        } catch (Exception e) {
            demo.close();
            throw new IllegalStateException("the demo did not start: " + String.join("\n", demo.output), e);
        }
    }

    /** Below the ports that the system gives to connections. */
    private static int freePort(String nodes) {
        for (int port : new Random().ints(TRIES, LOWEST_PORT, HIGHEST_PORT).toArray()) {
            try {
                new Ports(port).requireFree(ServerKind.parse(nodes));
                return port;
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
        throw new IllegalStateException("no free ports found");
    }

    private void read(int nodes) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(line);
                output.add(line);
                Matcher page = PAGE.matcher(line);
                if (page.find()) {
                    pages.add(page.group(1) + page.group(2));
                }
                if (pages.size() == nodes) {
                    ready.complete(pages);
                }
            }
            ready.completeExceptionally(new IOException("it has ended"));
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
    }

    /** The address of a node's page, with what lets it use the control desk. */
    String page(int node) {
        return pages.get(node);
    }

    /** Processes that it has started, and that live. */
    List<ProcessHandle> children() {
        return process.descendants().toList();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
