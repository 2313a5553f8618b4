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
import java.util.concurrent.TimeUnit;

/** One application server, as a process of its own. */
final class ServerNode {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);
    private static final long STOP_LIMIT_SECONDS = 20;

    private final HttpClient http = HttpClient.newHttpClient();
    private final String name;
    private final String url;
    private final Process process;
    private final Path log;

    ServerNode(String name, String url, Process process, Path log) {
        this.name = name;
        this.url = url;
        this.process = process;
        this.log = log;
    }

    String name() {
        return name;
    }

    String url() {
        return url;
    }

    long pid() {
        return process.pid();
    }

    Path log() {
        return log;
    }

    JsonObject state() throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + "/api/state")));
    }

    JsonObject post(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + path)).POST(BodyPublishers.noBody()));
    }

    private JsonObject send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request.timeout(ANSWER_LIMIT).build(), BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(response.request().uri() + " answered " + response.statusCode());
        }
        return Json.createReader(new StringReader(response.body())).readObject();
    }

    void awaitReady(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                state();
                return;
            } catch (IOException e) {
                if (!process.isAlive()) {
                    throw new IllegalStateException(
                            name + " ended with code " + process.exitValue() + "; see " + log, e);
                }
                if (System.nanoTime() - end > 0) {
                    throw new IllegalStateException(name + " does not serve within " + limit + "; see " + log, e);
                }
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    /** As kill -9 does. */
    void kill() {
        process.destroyForcibly();
    }

    void terminate() {
        process.destroy();
    }

    void awaitEnd() {
        try {
            if (!process.waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                kill();
                process.waitFor();
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }
}
