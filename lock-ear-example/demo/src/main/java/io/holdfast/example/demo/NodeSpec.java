// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a node is.
 *
 * @param name such as {@code node1}
 * @param kind the server that it runs on
 * @param httpPort the port of the application
 * @param administrationPort the port of the server's administration, where it has one
 * @param base the directory of this node, which nothing else writes to
 * @param log what the process writes to its console
 * @param properties the system properties of the application
 * @param password the password of the data sources
 */
record NodeSpec(
        String name,
        ServerKind kind,
        int httpPort,
        int administrationPort,
        Path base,
        Path log,
        Map<String, String> properties,
        String password) {

    String url() {
        return "http://127.0.0.1:" + httpPort;
    }

    Path temporary() {
        return base.resolve("tmp");
    }

    /** What every node's JVM gets, whatever its server is. */
    List<String> jvmOptions() {
        Stream<String> fixed = Stream.of(
                "-Xmx384m",
                // They start faster with these, and leave memory to the others.
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Djava.awt.headless=true",
                "-Djava.net.preferIPv4Stack=true",
                "-Djava.io.tmpdir=" + temporary());
        Stream<String> ofApplication =
                properties.entrySet().stream().map(entry -> "-D" + entry.getKey() + "=" + entry.getValue());
        return Stream.concat(fixed, ofApplication).toList();
    }
}
