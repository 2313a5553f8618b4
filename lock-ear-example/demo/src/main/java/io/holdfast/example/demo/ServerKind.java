// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The application servers that a node can run on. */
enum ServerKind {
    WILDFLY,
    PAYARA,
    LIBERTY;

    private static final int MOST_NODES = 5;

    /** As {@code demo.nodes} spells it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads {@code demo.nodes}.
     *
     * @throws IllegalArgumentException if it is wrong
     */
    static List<ServerKind> parse(String nodes) {
        List<Optional<ServerKind>> kinds = Arrays.stream(nodes.split(",", -1))
                .map(label -> ofLabel(label.strip()))
                .toList();
        if (kinds.size() > MOST_NODES || !kinds.stream().allMatch(Optional::isPresent)) {
            String labels = Stream.of(values()).map(ServerKind::label).collect(Collectors.joining(", "));
            throw new IllegalArgumentException("-Ddemo.nodes must list one to " + MOST_NODES
                    + " servers, separated by commas, each of them one of " + labels + ". It is: " + nodes);
        }
        return kinds.stream().flatMap(Optional::stream).toList();
    }

    private static Optional<ServerKind> ofLabel(String label) {
        return Stream.of(values()).filter(kind -> kind.label().equals(label)).findFirst();
    }
}
