// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The page for readers, whose figures and charts are copied from the files of a run. */
public final class Page {

    /** The files that are copied, each between two comments with its name. A test in a server writes the last one. */
    private static final List<String> PARTS = List.of("charts.md", Report.TABLE, "container.md");

    private Page() {}

    /** Writes the page again with the figures of this directory. */
    public static void update(Path page, Path directory) throws IOException {
        Files.writeString(page, withFigures(Files.readString(page), directory));
    }

    /** The text of the page with the figures of this directory. */
    public static String withFigures(String page, Path directory) throws IOException {
        String text = page;
        for (String part : PARTS) {
            String begin = "<!-- " + part + " -->\n";
            String end = "<!-- end of " + part + " -->";
            int from = text.indexOf(begin);
            int to = text.indexOf(end);
            if (from < 0 || to < from) {
                throw new IllegalStateException("the page lacks the marks of " + part);
            }
            text = text.substring(0, from + begin.length()) + "\n" + Files.readString(directory.resolve(part))
                    + text.substring(to);
        }
        return text;
    }
}
