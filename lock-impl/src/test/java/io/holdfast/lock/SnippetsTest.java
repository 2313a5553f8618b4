// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documentation shows of a {@link Locker} compiles as it stands, inside a class that imports what it names. */
class SnippetsTest {

    private static final Path ROOT = Path.of("..");
    private static final Path LOCKER = ROOT.resolve("lock-api/src/main/java/io/holdfast/lock/Locker.java");

    private static final String IMPORTS =
            "import io.holdfast.lock.*; import jakarta.inject.Inject; import java.time.Duration;"
                    + " import java.util.List; ";

    @TempDir
    private Path classes;

    @Test
    @DisplayName("the locker of the README compiles")
    void shouldCompileReadme() throws IOException {
        String snippet = snippet(ROOT.resolve("README.md"), "(?s)```java\\s+(@Inject Locker.*?)```");

        assertCompiles(IMPORTS + "class Snippet { record Report() {} Report write() { return new Report(); } " + snippet
                + "}");
    }

    @Test
    @DisplayName("the example of a body with a handle compiles")
    void shouldCompileBodyWithHandle() throws IOException {
        String snippet = snippet(LOCKER, "(?s)<pre>\\{@code(\\s+\\* int written.*?)}</pre>")
                .replaceAll("(?m)^\\s+\\* ?", "");

        assertCompiles(IMPORTS + "class Snippet { record Report() {} void write(Report report, FencingToken token) {}"
                + " int all(Locker locker, List<Report> reports) throws InterruptedException {" + snippet
                + "return written; } }");
    }

    private static String snippet(Path file, String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(file));
        assertTrue(matcher.find(), () -> pattern + " in " + file);
        return matcher.group(1);
    }

    private void assertCompiles(String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        List<String> options =
                List.of("-proc:none", "-d", classes.toString(), "-classpath", System.getProperty("java.class.path"));
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };

        boolean isCompiled = compiler.getTask(null, null, problems, options, null, List.of(file))
                .call();

        assertEquals(List.of(), problems.getDiagnostics(), source);
        assertTrue(isCompiled);
    }
}
