// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import io.holdfast.lock.testkit.postgres.TestDatabase;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.Locale;

/**
 * What may happen to a node. Each incident is written to the log of the nodes, with the moment at which it began.
 *
 * @param node the node
 * @param relay the network between the node and the database
 * @param database has the log
 */
record Incidents(ServerNode node, Relay relay, TestDatabase database) {

    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    /**
     * Lets something happen, and returns then.
     *
     * @param incident kill, freeze, thaw, cut, restore or start
     * @return whether it is one of these
     * @throws IllegalStateException if it cannot happen now
     */
    boolean cause(String incident) throws IOException, InterruptedException {
        switch (incident) {
            case "kill" -> happen("killed", "was killed (kill -9)", node::kill);
            case "freeze" -> happen("frozen", "was frozen (SIGSTOP)", node::freeze);
            case "thaw" -> happen("thawed", "was thawed (SIGCONT)", node::thaw);
            case "cut" -> happen("cut", "was cut off from the database", relay::cut);
            case "restore" -> happen("restored", "reaches the database again", relay::restore);
            case "start" -> {
                relay.restore();
                happen("starting", "is started again", node::start);
                Thread waiting = new Thread(this::awaitReady, "desk-start");
                waiting.setDaemon(true);
                waiting.start();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    @FunctionalInterface
    private interface Work {

        void run() throws IOException, InterruptedException;
    }

    private void happen(String kind, String what, Work work) throws IOException, InterruptedException {
        try (Connection connection = database.connect()) {
            Timestamp began = now(connection);
            work.run();
            log(connection, began, kind, what);
        } catch (SQLException e) {
            throw new IllegalStateException("the database does not answer: " + e.getMessage(), e);
        }
    }

    private void awaitReady() {
        long start = System.nanoTime();
        try (Connection connection = database.connect()) {
            node.awaitReady(START_LIMIT);
            double seconds = (System.nanoTime() - start) / 1e9;
            log(
                    connection,
                    now(connection),
                    "serving",
                    String.format(Locale.ROOT, "serves again after %.1f s", seconds));
        } catch (SQLException | IllegalStateException e) {
            System.out.println(node.name() + " does not serve: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Timestamp now(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select clock_timestamp()")) {
            row.next();
            return row.getTimestamp(1);
        }
    }

    private void log(Connection connection, Timestamp at, String kind, String what) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("insert into event (at, node, kind, text) values (?, ?, ?, ?)")) {
            insert.setTimestamp(1, at);
            insert.setString(2, node.name());
            insert.setString(3, kind);
            insert.setString(4, node.name() + " " + what + ".");
            insert.executeUpdate();
        }
    }

    JsonObjectBuilder toJson() {
        return Json.createObjectBuilder()
                .add("node", node.name())
                .add("server", lowerCase(node.kind()))
                .add("url", node.url())
                .add("pid", node.pid())
                .add("state", lowerCase(node.state()))
                .add("network", relay.isCut() ? "cut" : "up");
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
