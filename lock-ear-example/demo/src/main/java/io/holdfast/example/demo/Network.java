// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The network between the nodes and the database, which can be cut for each node.
 *
 * @param beforeAddress what precedes the address in the URL of the database
 * @param afterAddress what follows it
 * @param relays the relay of each node, by its name
 */
record Network(String beforeAddress, String afterAddress, Map<String, Relay> relays) implements AutoCloseable {

    private static final Pattern URL = Pattern.compile("(jdbc:postgresql://)([^/:,?]+)(?::(\\d+))?(/.*)");
    private static final int DEFAULT_PORT = 5432;

    static Network of(TestDatabase database, List<String> nodes) throws IOException {
        Matcher url = URL.matcher(database.url());
        if (!url.matches()) {
            throw new IllegalArgumentException(
                    "-Dpostgres.url must name one host, as in jdbc:postgresql://host:5432/database");
        }
        int port = url.group(3) == null ? DEFAULT_PORT : Integer.parseInt(url.group(3));
        Map<String, Relay> relays = new LinkedHashMap<>();
        for (String node : nodes) {
            relays.put(node, Relay.start(url.group(2), port));
        }
        return new Network(url.group(1), url.group(4), relays);
    }

    Relay relay(String node) {
        return relays.get(node);
    }

    /** The URL of the database for a node, whose sessions show its name. */
    String jdbcUrl(String node) {
        return beforeAddress + "127.0.0.1:" + relay(node).port() + afterAddress
                + (afterAddress.contains("?") ? "&" : "?") + "ApplicationName=" + node;
    }

    @Override
    public void close() throws IOException {
        for (Relay relay : relays.values()) {
            relay.close();
        }
    }
}
