// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Who may use the control desk: the page of a node that this run has printed, and nobody else. */
class DeskTest {

    private static final String PAGE = "http://127.0.0.1:8080";
    private static final String MINE = "127.0.0.1:";

    private Relay relay;
    private Desk desk;
    private int port;
    private String token;

    @BeforeEach
    void start() throws IOException {
        NodeSpec spec = new NodeSpec(
                "node1", ServerKind.WILDFLY, 8_080, 8_100, Path.of("base"), Path.of("log"), Map.of(), "secret");
        ServerNode node = new ServerNode(spec, again -> {
            throw new IOException("it is not started here");
        });
        relay = Relay.start("127.0.0.1", 1);
        desk = Desk.start(0, List.of(new Incidents(node, relay, null)));
        String[] parts = desk.fragment().split("[=&]", -1);
        port = Integer.parseInt(parts[1]);
        token = parts[3];
    }

    @AfterEach
    void stop() throws IOException {
        desk.close();
        relay.close();
    }

    @Test
    @DisplayName("a request with the token from a node's page is served; the answer contains the states of the nodes")
    void shouldServePage() throws IOException {
        List<String> answer = send("GET /nodes", MINE + port, PAGE, token);

        assertTrue(answer.get(0).contains(" 200 "), answer::toString);
        assertTrue(answer.contains("Access-control-allow-origin: " + PAGE), answer::toString);
        assertTrue(
                answer.get(answer.size() - 1).contains("\"node\":\"node1\"")
                        && answer.get(answer.size() - 1).contains("\"state\":\"dead\""),
                answer::toString);
    }

    @Test
    @DisplayName("requests from other pages, from no page, with another host name, or with a wrong token are refused")
    void shouldRefuseOthers() throws IOException {
        assertRefused("POST /nodes/node1/kill", MINE + port, "http://elsewhere.example", token);
        assertRefused("POST /nodes/node1/kill", MINE + port, "http://127.0.0.1:9999", token);
        assertRefused("POST /nodes/node1/kill", MINE + port, null, token);
        assertRefused("POST /nodes/node1/kill", "elsewhere.example:" + port, PAGE, token);
        assertRefused("POST /nodes/node1/kill", MINE + port, PAGE, token + "x");
        assertRefused("POST /nodes/node1/kill", MINE + port, PAGE, null);
        assertRefused("GET /nodes", MINE + port, PAGE, null);
    }

    private void assertRefused(String request, String host, String origin, String token) throws IOException {
        List<String> answer = send(request, host, origin, token);
        assertTrue(answer.get(0).contains(" 403 "), answer::toString);
    }

    @Test
    @DisplayName("what does not exist is not found")
    void shouldNotFind() throws IOException {
        for (String request :
                List.of("GET /", "GET /nodes/node1/kill", "POST /nodes/node9/kill", "POST /nodes/node1/paint")) {
            List<String> answer = send(request, MINE + port, PAGE, token);
            assertTrue(answer.get(0).contains(" 404 "), answer::toString);
        }
    }

    @Test
    @DisplayName("the desk cannot be reached by any other address of this machine")
    void shouldListenOnThisMachineOnly() throws SocketException {
        List<InetAddress> others = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .toList();
        for (InetAddress other : others) {
            assertThrows(ConnectException.class, () -> {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(other, port), 2_000);
                }
            });
        }
    }

    @Test
    @DisplayName("a browser that asks first learns which header it may send, and only for pages of the nodes")
    void shouldAnswerPreflight() throws IOException {
        List<String> answer = send("OPTIONS /nodes/node1/kill", MINE + port, PAGE, null);
        assertTrue(answer.get(0).contains(" 204 "), answer::toString);
        assertTrue(answer.contains("Access-control-allow-headers: Desk-Token"), answer::toString);
        assertRefused("OPTIONS /nodes/node1/kill", MINE + port, "http://elsewhere.example", null);
    }

    /** The HTTP client of Java does not let anybody choose the host. */
    private List<String> send(String request, String host, String origin, String token) throws IOException {
        StringBuilder head = new StringBuilder(request + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n");
        if (origin != null) {
            head.append("Origin: ").append(origin).append("\r\n");
        }
        if (token != null) {
            head.append("Desk-Token: ").append(token).append("\r\n");
        }
        head.append("Content-Length: 0\r\n\r\n");
        List<String> lines = new ArrayList<>();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.US_ASCII));
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        }
        assertEquals("HTTP/1.1", lines.get(0).substring(0, 8));
        return lines;
    }
}
