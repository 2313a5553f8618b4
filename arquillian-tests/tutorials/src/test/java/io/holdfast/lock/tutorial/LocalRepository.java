// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.tutorial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The Maven repository of this machine, with the artifacts of this build in it as if they were installed. */
final class LocalRepository {

    private static final List<String> ARTIFACTS = List.of("lock-api", "lock-impl");

    private LocalRepository() {}

    /** Links to all that the repository has, so that nothing is downloaded again, and the build's artifacts stay out of it. */
    static Path create(Path folder, Path repository, Path project, String version) throws IOException {
        Path group = folder.resolve("io/holdfast");
        Files.createDirectories(group);
        link(folder, repository, "io");
        link(folder.resolve("io"), repository.resolve("io"), "holdfast");
        for (String artifact : ARTIFACTS) {
            Path target = Files.createDirectories(group.resolve(artifact).resolve(version));
            Path built = project.resolve(artifact).resolve("target");
            String name = artifact + "-" + version;
            Files.copy(built.resolve(name + ".jar"), target.resolve(name + ".jar"));
            Files.copy(built.resolve("flattened-pom.xml"), target.resolve(name + ".pom"));
        }
        return folder;
    }

    private static void link(Path folder, Path original, String except) throws IOException {
        try (Stream<Path> entries = Files.list(original)) {
            for (Path entry : entries.toList()) {
                if (!entry.endsWith(except)) {
                    Files.createSymbolicLink(folder.resolve(entry.getFileName()), entry);
                }
            }
        }
    }
}
