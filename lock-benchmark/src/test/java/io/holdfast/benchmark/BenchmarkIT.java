// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.benchmark.contender.ContenderFactory;
import io.holdfast.benchmark.contender.Contenders;
import io.holdfast.benchmark.report.Report;
import io.holdfast.benchmark.workload.Scale;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every contender does every workload once, for a moment. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BenchmarkIT {

    private static final Path DIRECTORY = Path.of(System.getProperty("java.io.tmpdir"), "benchmark");
    private static final List<String> CHARTS =
            List.of("uncontended", "separate-keys", "one-key", "two-jvms", "two-jvms-network", "small-pool");

    @Test
    void shouldMeasureAllContendersWithAllWorkloads() throws Exception {
        Benchmark benchmark = new Benchmark(Scale.SMOKE, DIRECTORY);
        Report report = benchmark.run();
        Path files = DIRECTORY.resolve("results");
        report.write(files);

        assertEquals(List.of(), benchmark.results().failures());
        assertEquals(0, benchmark.results().violations());
        for (ContenderFactory contender : Contenders.all()) {
            assertTrue(report.table().contains(contender.name()), contender.name());
        }
        assertFalse(report.table().contains("NaN"), report.table());
        for (String chart : CHARTS) {
            String svg = Files.readString(files.resolve(chart + ".svg"));
            assertTrue(svg.contains("<desc") && svg.contains("</svg>"), svg);
        }
        assertEquals(report.table(), Files.readString(files.resolve(Report.TABLE)));
        assertTrue(Files.size(files.resolve("raw.csv")) > Files.size(files.resolve("summary.csv")) / 2);
    }
}
