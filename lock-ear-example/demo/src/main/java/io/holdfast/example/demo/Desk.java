// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * The control desk: does harm to nodes at the request of their pages. It listens on this machine only, and serves only who
 * has the token of this run, from a page of one of the nodes.
 */
final class Desk implements AutoCloseable {

    private static final String TOKEN_HEADER = "Desk-Token";
    private static final int TOKEN_BYTES = 18;

    private final String token = newToken();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(Desk::daemon);
    private final List<Incidents> nodes;
    private final Set<String> origins;

    private Desk(HttpServer server, List<Incidents> nodes) {
        this.server = server;
        this.nodes = nodes;
        this.origins = nodes.stream().map(node -> node.node().url()).collect(Collectors.toSet());
    }

    static Desk start(int port, List<Incidents> nodes) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        Desk desk = new Desk(server, nodes);
        server.createContext("/", desk::serve);
        server.setExecutor(desk.threads);
        server.start();
        return desk;
    }

    /** Follows the address of a page, which then has buttons for the desk. */
    String fragment() {
        return "#desk=" + server.getAddress().getPort() + "&token=" + token;
    }

    private static String newToken() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "desk");
        thread.setDaemon(true);
        return thread;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String origin = exchange.getRequestHeaders().getFirst("Origin");
            if (origin == null || !origins.contains(origin) || !isForThisMachine(exchange)) {
                answer(exchange, 403, error("only pages of the nodes may ask the desk"));
                return;
            }
            exchange.getResponseHeaders().add("Access-Control-Allow-Origin", origin);
            exchange.getResponseHeaders().add("Vary", "Origin");
            if (exchange.getRequestMethod().equals("OPTIONS")) {
                exchange.getResponseHeaders().add("Access-Control-Allow-Methods", "GET, POST");
                exchange.getResponseHeaders().add("Access-Control-Allow-Headers", TOKEN_HEADER);
                exchange.getResponseHeaders().add("Access-Control-Max-Age", "600");
                exchange.sendResponseHeaders(204, -1);
            } else if (!hasToken(exchange)) {
                answer(
                        exchange,
                        403,
                        error("the token is that of another run: open the page that this run has printed"));
            } else {
                serveTrusted(exchange);
            }
        }
    }

    /** Another name that leads here belongs to somebody else's page. */
    private boolean isForThisMachine(HttpExchange exchange) {
        String port = ":" + server.getAddress().getPort();
        String host = exchange.getRequestHeaders().getFirst("Host");
        return ("127.0.0.1" + port).equals(host) || ("localhost" + port).equals(host);
    }

    private boolean hasToken(HttpExchange exchange) {
        String given = exchange.getRequestHeaders().getFirst(TOKEN_HEADER);
        return given != null
                && MessageDigest.isEqual(
                        given.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }

    private void serveTrusted(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getPath().split("/", -1);
        boolean posts = exchange.getRequestMethod().equals("POST");
        if (!posts && path.length == 2 && path[1].equals("nodes")) {
            answer(exchange, 200, list());
        } else if (posts && path.length == 4 && path[1].equals("nodes")) {
            act(exchange, path[2], path[3]);
        } else {
            answer(exchange, 404, error("no such thing at the desk"));
        }
    }

    private void act(HttpExchange exchange, String name, String incident) throws IOException {
        Incidents node = nodes.stream()
                .filter(each -> each.node().name().equals(name))
                .findFirst()
                .orElse(null);
        if (node == null) {
            answer(exchange, 404, error("there is no " + name));
            return;
        }
        try {
            if (node.cause(incident)) {
                exchange.sendResponseHeaders(204, -1);
            } else {
                answer(exchange, 404, error("the desk cannot " + incident));
            }
        } catch (IllegalStateException e) {
            answer(exchange, 409, error(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String list() {
        JsonArrayBuilder array = Json.createArrayBuilder();
        nodes.forEach(node -> array.add(node.toJson()));
        return Json.createObjectBuilder().add("nodes", array).build().toString();
    }

    private static String error(String message) {
        return Json.createObjectBuilder().add("error", message).build().toString();
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.getResponseHeaders().add("Cache-Control", "no-store");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
