// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds out who listens on a port, on Linux and as far as the user may know. */
final class PortOwner {

    private static final Path PROC = Path.of("/proc");
    private static final String LISTENING = "0A";

    private PortOwner() {}

    static Optional<ProcessHandle> of(int port) {
        return Stream.of("tcp", "tcp6")
                .flatMap(table -> inode(PROC.resolve("net").resolve(table), port).stream())
                .findFirst()
                .flatMap(inode -> ProcessHandle.allProcesses()
                        .filter(process -> has(process, "socket:[" + inode + "]"))
                        .findFirst());
    }

    private static Optional<String> inode(Path table, int port) {
        String address = String.format(":%04X", port);
        try (Stream<String> lines = Files.lines(table)) {
            return lines.map(line -> line.strip().split("\\s+"))
                    .filter(fields -> fields[1].endsWith(address) && fields[3].equals(LISTENING))
                    .map(fields -> fields[9])
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean has(ProcessHandle process, String target) {
        Path descriptors = PROC.resolve(Long.toString(process.pid())).resolve("fd");
        try (Stream<Path> links = Files.list(descriptors)) {
            return links.anyMatch(link -> points(link, target));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean points(Path link, String target) {
        try {
            return Files.readSymbolicLink(link).toString().equals(target);
        } catch (IOException e) {
            return false;
        }
    }
}
