// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cable that can be pulled out and plugged in again. */
@Timeout(30)
class RelayTest {

    private static final int PATIENCE_MILLIS = 10_000;
    private static final int SILENCE_MILLIS = 300;

    private ServerSocket database;
    private Relay relay;

    @BeforeEach
    void start() throws IOException {
        database = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        relay = Relay.start("127.0.0.1", database.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        relay.close();
        database.close();
    }

    @Test
    @DisplayName("what is sent arrives on both sides; while the network is cut nothing does, and afterwards all of it")
    void shouldCutAndRestore() throws IOException {
        try (Socket node = new Socket(InetAddress.getLoopbackAddress(), relay.port());
                Socket accepted = database.accept()) {
            assertArrives(1, node, accepted);
            assertArrives(2, accepted, node);

            relay.cut();
            node.getOutputStream().write(3);
            accepted.setSoTimeout(SILENCE_MILLIS);
            assertThrows(
                    SocketTimeoutException.class,
                    () -> accepted.getInputStream().read());
            relay.restore();

            accepted.setSoTimeout(PATIENCE_MILLIS);
            assertEquals(3, accepted.getInputStream().read());
        }
    }

    @Test
    @DisplayName("the end of a connection arrives, too, but not while the network is cut")
    void shouldPassOnTheEnd() throws IOException {
        try (Socket node = new Socket(InetAddress.getLoopbackAddress(), relay.port());
                Socket accepted = database.accept()) {
            assertArrives(1, node, accepted);
            relay.cut();
            accepted.close();
            node.setSoTimeout(SILENCE_MILLIS);
            assertThrows(
                    SocketTimeoutException.class, () -> node.getInputStream().read());

            relay.restore();

            node.setSoTimeout(PATIENCE_MILLIS);
            assertEquals(-1, node.getInputStream().read());
        }
    }

    private static void assertArrives(int value, Socket from, Socket to) throws IOException {
        from.getOutputStream().write(value);
        to.setSoTimeout(PATIENCE_MILLIS);
        assertEquals(value, to.getInputStream().read());
    }
}
