// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for servers that run as processes of their own. */
final class Ports {

    private static final int TRIES = 100;
    private static final int FIRST = 15_000;

    /** From here on Linux gives ports to clients, with a margin. */
    private static final int END = 30_000;

    private Ports() {}

    /**
     * A free one that no client is given: else, while its server is down, one of the clients that try to reach the server
     * might get that port, and the server none.
     */
    static int free() {
        for (int tries = 0; tries < TRIES; tries++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (IOException taken) {
                // The next one, then.
            }
        }
        throw new IllegalStateException("no free port between " + FIRST + " and " + END);
    }
}
