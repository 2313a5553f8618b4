// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.machine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;

/** Ports that nothing uses now. They are below those that systems choose for connections of clients. */
public final class Ports {

    private static final int FIRST = 20_000;
    private static final int LAST = 30_000;
    private static final int TRIES = 100;

    private static final Random RANDOM = new Random();

    private Ports() {}

    /** The first of so many free ports in a row. */
    public static int free(int count) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            int first = FIRST + RANDOM.nextInt(LAST - FIRST);
            if (areFree(first, count)) {
                return first;
            }
        }
        throw new IOException("no " + count + " free ports in a row between " + FIRST + " and " + LAST);
    }

    private static boolean areFree(int first, int count) {
        for (int port = first; port < first + count; port++) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                if (!socket.isBound()) {
                    return false;
                }
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }
}
