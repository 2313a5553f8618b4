// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import static io.holdfast.example.demo.ServerKind.LIBERTY;
import static io.holdfast.example.demo.ServerKind.PAYARA;
import static io.holdfast.example.demo.ServerKind.WILDFLY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line sets: demo.nodes and demo.port. */
class SettingsTest {

    @Test
    void shouldTakeServersInOrder() {
        assertEquals(List.of(WILDFLY, PAYARA, LIBERTY, WILDFLY), ServerKind.parse("wildfly,payara, liberty,wildfly"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tomcat",
                "WildFly",
                "wildfly,",
                "wildfly,,payara",
                "wildfly,wildfly,wildfly,wildfly,wildfly,wildfly"
            })
    void shouldRefuseOtherServers(String nodes) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> ServerKind.parse(nodes));

        assertTrue(refusal.getMessage().contains("wildfly, payara, liberty. It is: " + nodes), refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "65001", "080", "http"})
    void shouldRefuseWrongPort(String port) {
        assertThrows(IllegalArgumentException.class, () -> Ports.parse(port));
    }

    @Test
    void shouldGiveEachNodeItsPorts() {
        assertEquals(
                List.of(9000, 9001, 9002, 9010, 9020, 9021),
                Ports.parse("9000").all(List.of(WILDFLY, PAYARA, LIBERTY)));
    }

    @Test
    void shouldNamePortThatIsTaken() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ports ports = new Ports(other.getLocalPort());

            IllegalStateException refusal =
                    assertThrows(IllegalStateException.class, () -> ports.requireFree(List.of(LIBERTY)));

            assertTrue(refusal.getMessage().contains(String.valueOf(other.getLocalPort())), refusal.getMessage());
        }
    }
}
