// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;

/** Files of the application with settings that nobody reads, because the server has no MicroProfile Config. */
public final class UnreadSettings {

    private static final String FILE = "META-INF/microprofile-config.properties";

    private UnreadSettings() {}

    /** Logs a warning for each of them. */
    public static void report() {
        find().forEach(Messages::unreadFile);
    }

    /**
     * Where settings are read from, and which files are not read.
     *
     * @return what follows a sentence about a setting that is missing
     */
    public static String hint() {
        return Messages.whereSettingsAreRead();
    }

    /** As far as the class loader of the calling thread sees them; none where the server has MicroProfile Config. */
    static List<URL> find() {
        return MicroProfileConfigSource.find(Set.of()).isPresent()
                ? List.of()
                : find(Objects.requireNonNullElse(
                        Thread.currentThread().getContextClassLoader(), UnreadSettings.class.getClassLoader()));
    }

    private static List<URL> find(ClassLoader application) {
        List<URL> files = new ArrayList<>();
        try {
            for (URL file : Collections.list(application.getResources(FILE))) {
                if (read(file).stringPropertyNames().stream().anyMatch(name -> name.startsWith(Settings.PREFIX))) {
                    files.add(file);
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            // What cannot be read is no help to anybody.
            return files;
        }
        return files;
    }

    private static Properties read(URL file) throws IOException {
        URLConnection connection = file.openConnection();
        connection.setUseCaches(false);
        Properties properties = new Properties();
        try (InputStream in = connection.getInputStream()) {
            properties.load(in);
        }
        return properties;
    }
}
