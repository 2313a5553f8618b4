// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One application server, as a process of its own that can be killed, frozen, and started again. */
final class ServerNode {

    /** What the process is doing. */
    enum State {
        STARTING,
        RUNNING,
        FROZEN,
        DEAD
    }

    /** Makes the server's process. */
    interface Launch {

        /**
         * Starts it.
         *
         * @param again whether it has run before, and ended in whatever way
         */
        Process start(boolean again) throws IOException, InterruptedException;
    }

    private static final String READY = "/api/state";
    private static final Duration READY_ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);
    private static final long STOP_LIMIT_SECONDS = 6;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final NodeSpec spec;
    private final Launch launch;

    /** Guarded by this; null before the first start. */
    private Process process;

    /** Guarded by this. */
    private State state = State.DEAD;

    /** No process may be started any more. Guarded by this. */
    private boolean terminated;

    ServerNode(NodeSpec spec, Launch launch) {
        this.spec = spec;
        this.launch = launch;
    }

    String name() {
        return spec.name();
    }

    ServerKind kind() {
        return spec.kind();
    }

    String url() {
        return spec.url();
    }

    /** The file that the process writes its console to. */
    Path log() {
        return spec.log();
    }

    /** The process id of the server's JVM, also after its end; 0 before the first start. */
    synchronized long pid() {
        return process == null ? 0 : process.pid();
    }

    synchronized State state() {
        return state;
    }

    /**
     * Starts the process; returns before it serves, see {@link #awaitReady}. A process that was started before is replaced by
     * one in the same directory and with the same ports.
     *
     * @throws IllegalStateException if it runs
     * @throws IOException if the process cannot be started
     */
    void start() throws IOException, InterruptedException {
        boolean again;
        synchronized (this) {
            require(state == State.DEAD, "runs already");
            require(!terminated, "has been stopped for good");
            state = State.STARTING;
            again = process != null;
        }
        Process started = null;
        try {
            started = launch.start(again);
        } finally {
            accept(started);
        }
    }

    /** A process that could not be started is as good as dead. */
    private synchronized void accept(Process started) {
        if (started == null) {
            state = State.DEAD;
            return;
        }
        process = started;
        started.onExit().thenRun(() -> ended(started));
        if (terminated) {
            started.destroyForcibly();
            return;
        }
        Thread watch = new Thread(() -> watchStart(started), name() + "-start");
        watch.setDaemon(true);
        watch.start();
    }

    private synchronized void ended(Process which) {
        if (process == which) {
            state = State.DEAD;
        }
    }

    private void watchStart(Process which) {
        try {
            while (isStarting(which)) {
                if (serves()) {
                    runs(which);
                }
                TimeUnit.MILLISECONDS.sleep(200);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isStarting(Process which) {
        return process == which && state == State.STARTING;
    }

    private synchronized void runs(Process which) {
        if (isStarting(which)) {
            state = State.RUNNING;
        }
    }

    private boolean serves() throws InterruptedException {
        try {
            JsonObject state = send(HttpRequest.newBuilder(URI.create(url() + READY)), READY_ANSWER_LIMIT);
            return !state.containsKey("problem");
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /**
     * Waits until it serves.
     *
     * @param limit how long at most
     * @throws IllegalStateException if it does not serve in time, or ends
     */
    void awaitReady(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        State now = state();
        while (now == State.STARTING || now == State.FROZEN) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(
                        name() + " does not serve within " + limit.toSeconds() + " s; see " + log());
            }
            TimeUnit.MILLISECONDS.sleep(50);
            now = state();
        }
        if (now == State.DEAD) {
            throw new IllegalStateException(name() + " has ended; see " + log());
        }
    }

    /** Asks the application. */
    JsonObject get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url() + path)), ANSWER_LIMIT);
    }

    JsonObject post(String path, JsonObject body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()));
        return send(request, ANSWER_LIMIT);
    }

    private JsonObject send(HttpRequest.Builder request, Duration limit) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request.timeout(limit).build(), BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(response.request().uri() + " answered " + response.statusCode());
        }
        return Json.createReader(new StringReader(response.body())).readObject();
    }

    /**
     * Ends it as kill -9 does.
     *
     * @throws IllegalStateException if it does not run
     */
    synchronized void kill() {
        require(state != State.DEAD && process != null && process.isAlive(), "is not running");
        destroyForcibly();
    }

    /**
     * Stops it as a long pause of the JVM or of the virtual machine does: its connections stay open, and nothing answers.
     *
     * @throws IllegalStateException if it does not run, or the system cannot do so
     */
    synchronized void freeze() {
        require(state == State.RUNNING, state == State.FROZEN ? "is frozen already" : "is not running");
        signal("STOP");
        state = State.FROZEN;
    }

    /**
     * Ends a freeze.
     *
     * @throws IllegalStateException if it is not frozen
     */
    synchronized void thaw() {
        require(state == State.FROZEN, "is not frozen");
        signal("CONT");
        state = State.RUNNING;
    }

    private void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalStateException(name() + " " + problem);
        }
    }

    /** Java has no other way. */
    private void signal(String signal) {
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .forEach(each -> command.add(Long.toString(each.pid())));
        try {
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            require(code == 0, "did not take the signal " + signal);
        } catch (IOException e) {
            throw new IllegalStateException(name() + " cannot get the signal " + signal + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void destroyForcibly() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /** Asks it to end, for good. A frozen one would not listen, and is killed. */
    synchronized void terminate() {
        terminated = true;
        if (process == null) {
            return;
        }
        if (state == State.FROZEN) {
            destroyForcibly();
        } else {
            process.destroy();
        }
    }

    /** Waits for its end after {@link #terminate}, and kills it if that takes long. */
    void awaitEnd() {
        Process last;
        synchronized (this) {
            last = process;
        }
        if (last == null) {
            return;
        }
        try {
            if (!last.waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                last.destroyForcibly().waitFor();
            }
            ended(last);
        } catch (InterruptedException e) {
            last.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
