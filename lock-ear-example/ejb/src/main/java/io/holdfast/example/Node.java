// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The server that this code runs on, and the others, as system properties describe them. */
public final class Node {

    /** Its name. */
    public static final String NAME =
            System.getProperty("boxoffice.node", System.getProperty("jboss.node.name", "node"));

    /** Its product and version. */
    public static final String SERVER = System.getProperty("boxoffice.server", "Application server");

    /** Whether this is the demonstration, in which everybody is an operator. */
    public static final boolean IS_DEMO = Boolean.getBoolean("boxoffice.demo");

    /** The base URLs of all nodes by their names, as in {@code node1=http://...,node2=http://...}. */
    public static final Map<String, String> ALL = all(System.getProperty("boxoffice.peers", ""));

    private static final String HEARTBEAT = System.getProperty("holdfast.heartbeat", "30s");

    private Node() {}

    private static Map<String, String> all(String peers) {
        Map<String, String> all = new LinkedHashMap<>();
        Arrays.stream(peers.split(","))
                .map(peer -> peer.split("=", 2))
                .filter(peer -> peer.length == 2)
                .forEach(peer -> all.put(peer[0].strip(), peer[1].strip()));
        return all;
    }

    /**
     * How long the server has been running.
     *
     * @return the time since the start of its JVM
     */
    public static Duration uptime() {
        return Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
    }

    /**
     * After which silence the database frees the locks of a node.
     *
     * @return {@code holdfast.heartbeat}, where it is a system property in whole seconds; else its default
     */
    public static Duration heartbeat() {
        String seconds = HEARTBEAT.matches("\\d{1,5}s") ? HEARTBEAT.substring(0, HEARTBEAT.length() - 1) : "30";
        return Duration.ofSeconds(Long.parseLong(seconds));
    }
}
