// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The ports of the demo: for each node its HTTP port and, twenty above, its administration port; and that of the control
 * desk.
 *
 * @param first the HTTP port of the first node
 */
record Ports(int first) {

    private static final int DESK = 10;
    private static final int ADMINISTRATION = 20;
    private static final int STEP = 1_000;
    private static final int HIGHEST = 65_000;

    /**
     * Reads {@code demo.port}.
     *
     * @throws IllegalArgumentException if it is wrong
     */
    static Ports parse(String value) {
        if (value.matches("[1-9]\\d{0,4}") && Integer.parseInt(value) <= HIGHEST) {
            return new Ports(Integer.parseInt(value));
        }
        throw new IllegalArgumentException("-Ddemo.port must be 1 to " + HIGHEST + ". It is: " + value);
    }

    int http(int node) {
        return first + node;
    }

    int desk() {
        return first + DESK;
    }

    int administration(int node) {
        return first + ADMINISTRATION + node;
    }

    /** All ports that nodes of these kinds and the control desk listen on. */
    List<Integer> all(List<ServerKind> kinds) {
        List<Integer> ports = new ArrayList<>();
        for (int node = 0; node < kinds.size(); node++) {
            ports.add(http(node));
        }
        ports.add(desk());
        for (int node = 0; node < kinds.size(); node++) {
            if (kinds.get(node) != ServerKind.LIBERTY) {
                ports.add(administration(node));
            }
        }
        return ports;
    }

    /**
     * Reports those that another process listens on.
     *
     * @throws IllegalStateException if there are any
     */
    void requireFree(List<ServerKind> kinds) {
        Map<String, List<Integer>> taken = all(kinds).stream()
                .filter(port -> !isFree(port))
                .collect(Collectors.groupingBy(Ports::owner, LinkedHashMap::new, Collectors.toList()));
        if (!taken.isEmpty()) {
            throw new IllegalStateException(taken.entrySet().stream()
                            .map(entry -> describe(entry.getValue(), entry.getKey()))
                            .collect(Collectors.joining(", "))
                    + ". End that process, or choose other ports with -Ddemo.port=" + alternative());
        }
    }

    private static String describe(List<Integer> ports, String owner) {
        String list = ports.stream().map(String::valueOf).collect(Collectors.joining(", "));
        return (ports.size() == 1 ? "Port " + list + " is" : "Ports " + list + " are") + " taken by " + owner;
    }

    private static String owner(int port) {
        return PortOwner.of(port).map(Ports::describe).orElse("another process");
    }

    private static String describe(ProcessHandle process) {
        return "process " + process.pid()
                + process.info().command().map(command -> " (" + command + ")").orElse("");
    }

    private int alternative() {
        return first + STEP <= HIGHEST ? first + STEP : first - STEP;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
