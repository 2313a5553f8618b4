// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.ee.naming.LockDataSource;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** These tests have the API of MicroProfile Config, but no implementation of it. */
class UnreadSettingsTest {

    @TempDir
    private Path application;

    @Test
    @DisplayName("a file with settings is found, and named where a data source is missing")
    void shouldNameFile() throws IOException {
        URL file = write("holdfast.datasource=jdbc/locks");

        inApplication(() -> {
            assertEquals(List.of(file), UnreadSettings.find());
            String message = noDataSource("java:comp/DefaultDataSource");
            assertTrue(message.startsWith("HOLDFAST-0104"), message);
            assertTrue(message.contains("the settings in " + file + " are not read"), message);
            assertTrue(message.contains("mpConfig"), message);
        });
    }

    @Test
    @DisplayName("a file of somebody else's settings is not")
    void shouldOverlookOthers() throws IOException {
        write("other.datasource=jdbc/locks");

        inApplication(() -> {
            assertEquals(List.of(), UnreadSettings.find());
            String message = noDataSource("jdbc/locks");
            assertFalse(message.contains("not read,"), message);
        });
    }

    private static String noDataSource(String name) {
        return assertThrows(DeploymentException.class, () -> LockDataSource.find(name, "holdfast.datasource"))
                .getMessage();
    }

    private URL write(String settings) throws IOException {
        Path file = application.resolve("META-INF/microprofile-config.properties");
        Files.createDirectories(file.getParent());
        return Files.writeString(file, settings).toUri().toURL();
    }

    private void inApplication(Runnable test) throws IOException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {application.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);
            test.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
