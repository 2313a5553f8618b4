// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.ee.LockMetrics.Kind;
import io.holdfast.lock.ee.LockMetrics.Measure;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.testkit.InMemoryLocks;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LockMetricsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Path DASHBOARD = Path.of("../dashboards/holdfast.json");
    private static final Path DOCUMENT = Path.of("../docs/observability.md");

    private final LockRequest request = LockRequest.of("order/42").name("order");

    /** What is left when each thing has happened: one lock held, one attempt under way. */
    private static final Map<Measure, Double> EXPECTED = Arrays.stream(Measure.values())
            .collect(Collectors.toMap(measure -> measure, measure -> measure == Measure.HOLD_TIME ? 2.0 : 1.0));

    static {
        EXPECTED.put(Measure.ACQUIRE_TIME, 3.0);
    }

    @Test
    void micrometerShouldGetAll() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        MicrometerMetrics metrics = new MicrometerMetrics();
        metrics.start(registry, "shop");

        happen(metrics);

        Map<String, Double> measured = new HashMap<>();
        for (Meter meter : registry.getMeters()) {
            assertEquals("shop", meter.getId().getTag("application"));
            assertEquals("order", meter.getId().getTag("lock"));
            measured.put(
                    meter.getId().getName(), meter.measure().iterator().next().getValue());
        }
        assertEquals(expected(), measured);
        metrics.stop();
        assertTrue(registry.getMeters().isEmpty());
    }

    @Test
    void openTelemetryShouldGetAll() {
        InMemoryMetricReader reader = InMemoryMetricReader.create();
        OpenTelemetryMetrics metrics = new OpenTelemetryMetrics();
        metrics.start(
                OpenTelemetrySdk.builder()
                        .setMeterProvider(SdkMeterProvider.builder()
                                .registerMetricReader(reader)
                                .build())
                        .build(),
                "shop");

        happen(metrics);

        Map<String, Double> measured = new HashMap<>();
        for (MetricData metric : reader.collectAllMetrics()) {
            PointData point = metric.getData().getPoints().iterator().next();
            assertEquals("shop", point.getAttributes().get(AttributeKey.stringKey("application")));
            assertEquals("order", point.getAttributes().get(AttributeKey.stringKey("lock")));
            measured.put(
                    metric.getName(),
                    switch (metric.getType()) {
                        case HISTOGRAM ->
                            (double) metric.getHistogramData()
                                    .getPoints()
                                    .iterator()
                                    .next()
                                    .getCount();
                        default ->
                            (double) metric.getLongSumData()
                                    .getPoints()
                                    .iterator()
                                    .next()
                                    .getValue();
                    });
        }
        assertEquals(expected(), measured);
    }

    @Test
    @DisplayName("names made of data are counted together from the hundredth on, in gauges too")
    void shouldBoundNames() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        MicrometerMetrics metrics = new MicrometerMetrics();
        metrics.start(registry, "shop");

        for (int i = 0; i < LockMetrics.MOST_NAMES + 50; i++) {
            metrics.waitBegan(attempt(request.name("order " + i)));
        }

        assertEquals(LockMetrics.MOST_NAMES + 1, registry.getMeters().size());
        assertEquals(
                50,
                registry.get("holdfast.waiting")
                        .tag("lock", LockMetrics.OTHER_NAMES)
                        .gauge()
                        .value());
    }

    @Test
    void dashboardShouldUseWhatIsEmittedOnly() throws IOException {
        Set<String> emitted = new TreeSet<>();
        for (Measure measure : Measure.values()) {
            emitted.addAll(inPrometheus(measure));
        }
        Set<String> used = find("(holdfast_[a-z_]+)", DASHBOARD);

        assertTrue(emitted.containsAll(used), () -> used + " of " + emitted);
        for (Measure measure : Measure.values()) {
            assertTrue(inPrometheus(measure).stream().anyMatch(used::contains), () -> measure + " is shown");
        }
    }

    @Test
    void documentShouldListAll() throws IOException {
        assertEquals(
                Arrays.stream(Measure.values())
                        .map(measure -> measure.id)
                        .collect(Collectors.toCollection(TreeSet::new)),
                find("(?m)^\\| `(holdfast\\.[a-z.]+)`", DOCUMENT));
    }

    private static LockAttempt attempt(LockRequest request) {
        return new LockAttempt(request, LockRequest.IMMEDIATE, 0, 42);
    }

    private void happen(LockListener metrics) {
        LockAttempt attempt = attempt(request);
        LockHandle handle;
        try (var locker = new InMemoryLocks().newLocker()) {
            handle = locker.acquire(request);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        metrics.waitBegan(attempt);
        metrics.waitBegan(attempt);
        metrics.waitEnded(attempt);
        for (int i = 0; i < 3; i++) {
            metrics.acquired(attempt, handle, SECOND);
        }
        metrics.contended(attempt, SECOND);
        metrics.timedOut(attempt, SECOND);
        metrics.failed(attempt, new LockUnavailableException("gone", null));
        metrics.refreshed(attempt, handle, SECOND);
        metrics.released(attempt, handle, SECOND);
        metrics.lost(attempt, handle, SECOND);
    }

    private static Map<String, Double> expected() {
        return EXPECTED.entrySet().stream().collect(Collectors.toMap(entry -> entry.getKey().id, Map.Entry::getValue));
    }

    private static Set<String> inPrometheus(Measure measure) {
        String name = measure.id.replace('.', '_');
        return measure.kind == Kind.TIMER
                ? Set.of(name + "_seconds_count", name + "_seconds_sum")
                : Set.of(measure.kind == Kind.COUNTER ? name + "_total" : name);
    }

    private static Set<String> find(String pattern, Path file) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(file));
        Set<String> found = new TreeSet<>();
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
