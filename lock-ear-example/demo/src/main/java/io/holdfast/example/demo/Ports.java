// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** The ports of the nodes: for each node its HTTP port, and its management port twenty above. */
final class Ports {

    private static final int MANAGEMENT = 20;
    private static final int HIGHEST = 65_000;

    private Ports() {}

    /**
     * What {@code demo.port} says.
     *
     * @throws IllegalArgumentException if it cannot be used
     */
    static int first() {
        String value = System.getProperty("demo.port", "8080");
        if (value.matches("[1-9]\\d{0,4}") && Integer.parseInt(value) <= HIGHEST) {
            return Integer.parseInt(value);
        }
        throw new IllegalArgumentException("-Ddemo.port must be 1 to " + HIGHEST + ": " + value);
    }

    static int http(int first, int node) {
        return first + node;
    }

    static int management(int first, int node) {
        return first + MANAGEMENT + node;
    }

    static void requireFree(int first, int nodes) {
        List<Integer> taken = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            for (int port : List.of(http(first, node), management(first, node))) {
                if (!isFree(port)) {
                    taken.add(port);
                }
            }
        }
        if (!taken.isEmpty()) {
            throw new IllegalStateException(
                    "Taken by another process: port " + taken + ". Choose others with -Ddemo.port=...");
        }
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
