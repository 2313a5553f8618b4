// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS) // has no sleep
class ProcessListTest {

    @TempDir
    private Path directory;

    private Process process;

    @BeforeEach
    void startProcess() throws IOException {
        process = new ProcessBuilder("sleep", "60").start();
    }

    @AfterEach
    void endProcess() {
        process.destroyForcibly();
    }

    @Test
    void shouldEndWhatAnEarlierDemoHasLeft() throws InterruptedException {
        new ProcessList(directory).add("node1", process.toHandle());

        List<String> ended = new ProcessList(directory).endLeftovers();

        assertEquals(List.of("Ended node1, process " + process.pid() + ", left over from an earlier run"), ended);
        assertFalse(process.isAlive());
        assertEquals(List.of(), new ProcessList(directory).endLeftovers());
    }

    @Test
    void shouldSpareProcessThatHasGotTheSameIdLater() throws IOException, InterruptedException {
        Files.writeString(directory.resolve("demo.pids"), "node1 " + process.pid() + " 1000\n");

        assertEquals(List.of(), new ProcessList(directory).endLeftovers());
        assertTrue(process.isAlive());
    }

    @Test
    void shouldRefuseSecondDemo() {
        ProcessList running = new ProcessList(directory);
        running.addLauncher();
        running.add("node1", process.toHandle());

        assertThrows(IllegalStateException.class, () -> new ProcessList(directory).endLeftovers());
        assertTrue(process.isAlive());
    }
}
