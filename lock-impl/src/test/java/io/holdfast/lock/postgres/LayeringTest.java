// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/** The core knows no container: looked up in the bytecode, with the JDK's jdeps. */
class LayeringTest {

    private static final List<String> ALLOWED =
            List.of("java.", "javax.sql.", "io.holdfast.lock", "org.jspecify.annotations.");
    private static final List<String> CONTAINER_LAYER = List.of("io.holdfast.lock.ee", "io.holdfast.lock.integration");

    @Test
    void coreShouldDependOnNothingButTheJdkAndTheApi() throws Exception {
        URI classes = PostgresLocker.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI();

        List<String> dependencies = dependenciesOf(Path.of(classes).resolve("io/holdfast/lock/postgres"));

        assertTrue(dependencies.contains("java.sql.Connection"), () -> "jdeps found what is there: " + dependencies);
        assertEquals(
                List.of(),
                dependencies.stream()
                        .filter(type -> ALLOWED.stream().noneMatch(type::startsWith)
                                || CONTAINER_LAYER.stream().anyMatch(type::startsWith))
                        .toList());
    }

    private static List<String> dependenciesOf(Path classes) {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out);
        int exit = ToolProvider.findFirst("jdeps")
                .orElseThrow()
                .run(writer, writer, "-verbose:class", "-filter:none", "--ignore-missing-deps", classes.toString());
        assertEquals(0, exit, out::toString);
        return out.toString()
                .lines()
                .filter(line -> line.startsWith("   ") && line.contains(" -> "))
                .map(line -> line.split(" -> ")[1].split("\\s+")[0])
                .distinct()
                .toList();
    }
}
