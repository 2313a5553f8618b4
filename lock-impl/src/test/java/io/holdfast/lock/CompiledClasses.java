// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;

/** Classes that only a test of its own has: of libraries that are not here, of modules, or malformed ones. */
public final class CompiledClasses {

    private CompiledClasses() {}

    /** Into the directory, by the names of the classes; with the names of parameters. */
    public static void compile(Path directory, Map<String, String> sources) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "-parameters", "-proc:none", "-cp", System.getProperty("java.class.path"), "-d", directory.toString()));
        for (Map.Entry<String, String> source : sources.entrySet()) {
            String name = source.getKey();
            int dot = name.lastIndexOf('.');
            Path file = directory.resolve(name.replace('.', '/') + ".java");
            Files.createDirectories(file.getParent());
            String head = dot < 0 ? "" : "package " + name.substring(0, dot) + ";";
            arguments.add(Files.writeString(file, head + source.getValue()).toString());
        }
        int failed = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(new String[0]));
        assertEquals(0, failed, "compiled");
    }

    public static URLClassLoader loader(Path directory) throws IOException {
        return new URLClassLoader(new URL[] {directory.toUri().toURL()}, CompiledClasses.class.getClassLoader());
    }
}
