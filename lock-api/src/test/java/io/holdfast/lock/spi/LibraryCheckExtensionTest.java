// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.Locked;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryCheckExtensionTest {

    private static final String RESOURCE = Locked.class.getName().replace('.', '/') + ".class";

    @TempDir
    private Path folder;

    private URL copy(String name) throws IOException {
        Path place = folder.resolve(name);
        Path copy = place.resolve(RESOURCE);
        Files.createDirectories(copy.getParent());
        try (InputStream original = Locked.class.getClassLoader().getResourceAsStream(RESOURCE)) {
            Files.copy(original, copy);
        }
        return place.toUri().toURL();
    }

    private static Set<String> copies(URLClassLoader loader) throws ClassNotFoundException {
        return LibraryCheckExtension.copies(Class.forName(Locked.class.getName(), false, loader), loader);
    }

    private static String place(URL copy) {
        return copy.toString().replaceFirst("/$", "");
    }

    @Test
    @DisplayName("two places that one class loader sees are two copies")
    void shouldFindTwoCopies() throws Exception {
        URL one = copy("one");
        URL two = copy("two");
        try (URLClassLoader loader = new URLClassLoader(new URL[] {one, two}, ClassLoader.getPlatformClassLoader())) {
            assertEquals(Set.of(place(one), place(two)), copies(loader));
        }
    }

    @Test
    @DisplayName("what lies on the class path that an embedded server was started with is no copy of the application")
    void shouldNotCountTheClassPathOfAnEmbeddedServer() throws Exception {
        URL one = copy("one");
        try (URLClassLoader loader = new ChildFirst(one)) {
            assertEquals(Set.of(place(one)), copies(loader));
        }
    }

    /** As the class loader of a web application. */
    private static final class ChildFirst extends URLClassLoader {

        ChildFirst(URL place) {
            super(new URL[] {place}, ClassLoader.getSystemClassLoader());
        }

        @Override
        public Class<?> loadClass(String name) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (name.equals(Locked.class.getName())) {
                    Class<?> loaded = findLoadedClass(name);
                    return loaded == null ? findClass(name) : loaded;
                }
                return super.loadClass(name);
            }
        }
    }
}
