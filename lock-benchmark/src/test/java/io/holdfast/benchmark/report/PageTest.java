// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page shows what the last full run has written, and no other figures. */
class PageTest {

    private static final Path PAGE = Path.of("../docs/performance.md");
    private static final Path FIGURES = Path.of("../docs/performance");

    /** Of charts in the page. */
    private static final Pattern CHART = Pattern.compile("!\\[[^]]+]\\(performance/([a-z-]+[.]svg)\\)");

    @Test
    void shouldShowTheFiguresOfTheLastFullRun() throws IOException {
        String page = Files.readString(PAGE);

        assertEquals(Page.withFigures(page, FIGURES), page, "run mvn -Pbenchmark -Dbenchmark.full");
    }

    @Test
    void shouldShowAllCharts() throws IOException {
        List<String> shown = CHART.matcher(Files.readString(PAGE))
                .results()
                .map(chart -> chart.group(1))
                .toList();

        assertEquals(Chart.all().stream().map(chart -> chart.file() + ".svg").toList(), shown);
        for (String chart : shown) {
            String svg = Files.readString(FIGURES.resolve(chart));
            assertTrue(svg.contains("prefers-color-scheme: dark"), chart);
            Matcher description =
                    Pattern.compile("<desc id=\"description\">([^<]+)</desc>").matcher(svg);
            assertTrue(description.find(), chart);
        }
    }

    @Test
    void shouldRejectAPageWithoutMarks() {
        assertThrows(IllegalStateException.class, () -> Page.withFigures("# Performance\n", FIGURES));
    }
}
