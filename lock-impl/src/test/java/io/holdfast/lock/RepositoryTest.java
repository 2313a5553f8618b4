// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The files around the code that no build reads. */
class RepositoryTest {

    private static final Path ROOT = Path.of("..");
    private static final Path GITHUB = ROOT.resolve(".github");

    @Test
    @DisplayName("every YAML file parses, without a key that occurs twice")
    void yamlShouldParse() throws IOException {
        List<Path> files = Stream.concat(yamlBelow(GITHUB), yamlBelow(ROOT.resolve("dashboards")))
                .toList();

        assertTrue(files.size() >= 7, files::toString);
        for (Path file : files) {
            assertInstanceOf(Map.class, TextFiles.yaml(file), file::toString);
        }
    }

    @Test
    @DisplayName("workflows may only read, and name a version of each action")
    void workflowsShouldHaveLeastRights() throws IOException {
        for (Path workflow : yamlBelow(GITHUB.resolve("workflows")).toList()) {
            Map<?, ?> yaml = (Map<?, ?>) TextFiles.yaml(workflow);
            Set<String> actions = TextFiles.find("uses: (\\S+)", workflow);

            assertEquals(Map.of("contents", "read"), yaml.get("permissions"), workflow::toString);
            assertEquals(1, Files.readString(workflow).split("permissions:").length - 1, "and no job has others");
            assertTrue(
                    actions.stream().allMatch(action -> action.matches("[\\w/-]+@(v\\d.*|[0-9a-f]{40})")),
                    actions::toString);
            assertTrue(!actions.isEmpty());
        }
    }

    @Test
    @DisplayName("Dependabot leaves alone what CONTRIBUTING says must stay")
    void dependabotShouldKeepOldVersions() throws IOException {
        String versions = Files.readString(ROOT.resolve("CONTRIBUTING.md"))
                .split("## Versions\n")[1]
                .split("\n## ")[0];
        Set<String> ignored = TextFiles.find("dependency-name: '[^:']+:([^']+)'", GITHUB.resolve("dependabot.yml"));

        List<String> plugins = Pattern.compile("`([\\w-]+-maven-plugin)`")
                .matcher(versions)
                .results()
                .map(plugin -> plugin.group(1))
                .toList();
        assertTrue(plugins.size() >= 3, versions);
        assertTrue(ignored.containsAll(plugins), ignored::toString);
    }

    private static Stream<Path> yamlBelow(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().matches(".*[.]ya?ml")).toList().stream();
        }
    }
}
