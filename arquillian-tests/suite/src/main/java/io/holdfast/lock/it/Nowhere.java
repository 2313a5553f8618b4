// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The port that the data source {@code jdbc/nowhere} leads to, at which usually nobody listens: until this is closed, it accepts
 * connections and never answers, or leads to the database of the tests.
 */
final class Nowhere implements AutoCloseable {

    private static final String PORT = "nowhere.port";
    private static final List<String> CREATION =
            List.of("create role nobody login password 'nothing'", "create database nowhere owner nobody");
    private static final List<String> REMOVAL =
            List.of("drop database if exists nowhere", "drop role if exists nobody");

    private final ServerSocket port;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    private Nowhere(int number) {
        try {
            this.port = new ServerSocket(number, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For an archive whose test calls the others inside the server. */
    static String port() {
        return System.getProperty(PORT);
    }

    /** Accepts and never answers; where the tests run outside of the server. */
    static Nowhere silentOutside() {
        return new Nowhere(Integer.parseInt(port()));
    }

    /** Accepts and never answers. */
    static Nowhere silent() {
        return new Nowhere(deployedPort());
    }

    /** Leads to the database of the tests, which gets a role and a database for it. */
    static Nowhere recovered() throws SQLException {
        run(REMOVAL);
        run(CREATION);
        URI database;
        try (Connection connection = PgLocks.dataSource().getConnection()) {
            database = URI.create(connection.getMetaData().getURL().substring("jdbc:".length()));
        }
        Nowhere nowhere = new Nowhere(deployedPort());
        nowhere.start(() -> nowhere.relay(database.getHost(), database.getPort()));
        return nowhere;
    }

    /** After {@link #recovered}, when it is closed. */
    static void remove() throws SQLException {
        run(List.of(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'nowhere'",
                "drop database nowhere with (force)",
                "drop role nobody"));
    }

    private static void run(List<String> statements) throws SQLException {
        try (Connection connection = PgLocks.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static int deployedPort() {
        try (InputStream in = Nowhere.class.getResourceAsStream("/" + PORT)) {
            return Integer.parseInt(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // Expected of a socket that is closed.
                return;
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void relay(String host, int number) throws IOException {
        while (true) {
            Socket client = port.accept();
            Socket server = new Socket(host, number);
            sockets.addAll(List.of(client, server));
            if (port.isClosed()) {
                // It was closed in the meantime, and may not have seen these two.
                client.close();
                server.close();
                return;
            }
            start(() -> copy(client, server));
            start(() -> copy(server, client));
        }
    }

    private static void copy(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            OutputStream out = to.getOutputStream();
            from.getInputStream().transferTo(out);
        }
    }

    @Override
    public void close() {
        try {
            port.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
