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

/** Finds files of the application whose settings nobody reads, because the server has no MicroProfile Config. */
public final class UnreadSettings {

    private static final String FILE = "META-INF/microprofile-config.properties";

    private UnreadSettings() {}

    /** Logs a warning about each of the files. */
    public static void report() {
        find().forEach(Messages::unreadFile);
    }

    /**
     * Explains where settings are read from, and which files are not read.
     *
     * @return sentences that follow one about a missing setting
     */
    public static String hint() {
        return Messages.whereSettingsAreRead(find());
    }

    /**
     * Finds the files that the class loader of the calling thread sees; none where the server has MicroProfile Config.
     */
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
                if (read(file).stringPropertyNames().stream().anyMatch(name -> name.startsWith(DomainNames.PREFIX))) {
                    files.add(file);
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            // A file that cannot be read does not help with the warning.
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
