// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OptionalListenersTest {

    private static final Path CODE = Path.of("src/main/java/io/holdfast/lock/ee");
    private static final Path BEANS = Path.of("src/main/resources/META-INF/beans.xml");
    private static final List<String> OPTIONAL = List.of(
            "org.eclipse.microprofile.health", "org.eclipse.microprofile.metrics", "io.micrometer", "io.opentelemetry");

    @Test
    @DisplayName("the classes that decide whether one is used exist, and are of the API that it names")
    void shouldNameClassesThatExist() throws Exception {
        for (Map.Entry<String, String> entry : conditions().entrySet()) {
            String needed = Class.forName(entry.getValue()).getName();
            assertTrue(imports(Class.forName(entry.getKey()).getSimpleName()).contains(needed), entry::toString);
        }
    }

    @Test
    @DisplayName("each class that names one of these APIs is used only where the API is present")
    void shouldKnowEachClass() throws IOException {
        Collection<String> naming = new ArrayList<>();
        try (Stream<Path> files = Files.list(CODE)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                if (imports(name).stream().anyMatch(type -> OPTIONAL.stream().anyMatch(type::startsWith))) {
                    naming.add("io.holdfast.lock.ee." + name);
                }
            }
        }
        assertEquals(List.copyOf(naming), List.copyOf(conditions().keySet()));
    }

    /** The class that each of them needs. */
    private static Map<String, String> conditions() throws IOException {
        Map<String, String> conditions = new TreeMap<>();
        OptionalListeners.CANDIDATES.forEach(
                candidate -> conditions.put(candidate.type().getName(), candidate.api()));
        Matcher exclude = Pattern.compile("<exclude name=\"([^\"]+)\">\\s*<if-class-not-available name=\"([^\"]+)\"/>")
                .matcher(Files.readString(BEANS));
        while (exclude.find()) {
            conditions.put(exclude.group(1), exclude.group(2));
        }
        return conditions;
    }

    private static List<String> imports(String type) throws IOException {
        return Files.readAllLines(CODE.resolve(type + ".java")).stream()
                .filter(line -> line.startsWith("import "))
                .map(line -> line.substring("import ".length(), line.length() - 1))
                .toList();
    }
}
