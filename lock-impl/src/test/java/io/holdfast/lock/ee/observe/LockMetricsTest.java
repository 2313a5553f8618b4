// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.TextFiles;
import io.holdfast.lock.ee.naming.ApplicationName;
import io.holdfast.lock.ee.observe.LockMetrics.Kind;
import io.holdfast.lock.ee.observe.LockMetrics.Measure;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.testkit.InMemoryLocks;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterBuilder;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LockMetricsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Path DASHBOARD = Path.of("../dashboards/holdfast.json");
    private static final Path OPEN_TELEMETRY_DASHBOARD = Path.of("../dashboards/holdfast-opentelemetry.json");
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
        MicrometerMetrics metrics = new MicrometerMetrics(registry, "shop");

        happen(metrics);

        Map<String, Double> measured = new HashMap<>();
        for (io.micrometer.core.instrument.Meter meter : registry.getMeters()) {
            assertEquals("shop", meter.getId().getTag("application"));
            assertEquals("order", meter.getId().getTag("lock"));
            measured.put(
                    meter.getId().getName(), meter.measure().iterator().next().getValue());
        }
        assertEquals(expected(measure -> measure.id), measured);
        metrics.stop();
        assertTrue(registry.getMeters().isEmpty());
    }

    @Test
    void openTelemetryShouldGetAll() {
        InMemoryMetricReader reader = InMemoryMetricReader.create();
        OpenTelemetryMetrics metrics = openTelemetry(reader);

        happen(metrics);

        Map<String, Double> measured = new HashMap<>();
        Map<String, String> units = new HashMap<>();
        for (MetricData metric : reader.collectAllMetrics()) {
            PointData point = metric.getData().getPoints().iterator().next();
            assertEquals("shop", point.getAttributes().get(AttributeKey.stringKey("holdfast.application")));
            assertEquals("order", point.getAttributes().get(AttributeKey.stringKey("holdfast.lock.name")));
            assertEquals(2, point.getAttributes().size());
            units.put(metric.getName(), metric.getUnit());
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
        assertEquals(expected(measure -> measure.conventional), measured);
        assertEquals(
                Map.of(
                        "holdfast.lock.acquire.duration", "s",
                        "holdfast.lock.hold.duration", "s",
                        "holdfast.lock.held", "{lock}",
                        "holdfast.lock.waiting", "{attempt}",
                        "holdfast.lock.contended", "{attempt}",
                        "holdfast.lock.timed_out", "{attempt}",
                        "holdfast.lock.failed", "{attempt}",
                        "holdfast.lock.refreshed", "{lock}",
                        "holdfast.lock.released", "{lock}",
                        "holdfast.lock.lost", "{lock}"),
                units);
    }

    @Test
    @DisplayName("a thread that cannot look up the application uses the name that was found at start")
    void shouldKnowApplicationOnAnyThread() {
        assertEquals(Optional.empty(), ApplicationName.find());
        assertEquals("shop", LockMetrics.application(new Alone("shop")));
    }

    @Test
    @DisplayName("the buckets of OpenTelemetry's histograms tell waits of milliseconds from waits of seconds")
    void openTelemetryShouldHaveBucketsForSeconds() {
        InMemoryMetricReader reader = InMemoryMetricReader.create();
        OpenTelemetryMetrics metrics = openTelemetry(reader);
        LockHandle handle = granted();

        for (int millis : List.of(1, 20, 300, 4_900, 20_000)) {
            metrics.acquired(attempt(request), handle, Duration.ofMillis(millis));
            metrics.released(attempt(request), handle, Duration.ofMillis(millis));
        }

        for (MetricData metric : reader.collectAllMetrics()) {
            if (metric.getType() == MetricDataType.HISTOGRAM) {
                List<Long> counts =
                        metric.getHistogramData().getPoints().iterator().next().getCounts();
                assertEquals(5, counts.stream().filter(count -> count == 1).count(), metric::toString);
                assertEquals(0, counts.get(counts.size() - 1), "none is beyond the last bucket");
            }
        }
    }

    @Test
    @DisplayName("an instrument of OpenTelemetry is made once, not for each measurement")
    void openTelemetryShouldKeepInstruments() {
        AtomicInteger asked = new AtomicInteger();
        OpenTelemetry counting = new OpenTelemetry() {
            @Override
            public TracerProvider getTracerProvider() {
                return TracerProvider.noop();
            }

            @Override
            public ContextPropagators getPropagators() {
                return ContextPropagators.noop();
            }

            @Override
            public MeterProvider getMeterProvider() {
                return scope -> {
                    return (MeterBuilder) Proxy.newProxyInstance(
                            getClass().getClassLoader(),
                            new Class<?>[] {MeterBuilder.class},
                            (proxy, method, args) ->
                                    counting(MeterProvider.noop().get(scope), asked));
                };
            }
        };
        OpenTelemetryMetrics metrics = new OpenTelemetryMetrics(counting, "shop");
        int atStart = asked.get();

        happen(metrics);

        assertEquals(Measure.values().length, atStart);
        assertEquals(atStart, asked.get());
    }

    private static Meter counting(Meter meter, AtomicInteger asked) {
        return (Meter) Proxy.newProxyInstance(
                LockMetricsTest.class.getClassLoader(), new Class<?>[] {Meter.class}, (proxy, method, args) -> {
                    asked.incrementAndGet();
                    return method.invoke(meter, args);
                });
    }

    private static OpenTelemetryMetrics openTelemetry(InMemoryMetricReader reader) {
        return new OpenTelemetryMetrics(
                OpenTelemetrySdk.builder()
                        .setMeterProvider(SdkMeterProvider.builder()
                                .registerMetricReader(reader)
                                .build())
                        .build(),
                "shop");
    }

    @Test
    @DisplayName("names made of data are counted together from the hundredth on, in gauges too")
    void shouldBoundNames() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        MicrometerMetrics metrics = new MicrometerMetrics(registry, "shop");

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
        assertUsed(TextFiles.find("(holdfast_[a-z_]+)", DASHBOARD), LockMetricsTest::inPrometheus);
    }

    @Test
    void dashboardOfOpenTelemetryShouldUseWhatIsEmittedOnly() throws IOException {
        Set<String> used = TextFiles.find("(holdfast_[a-z_]+)", OPEN_TELEMETRY_DASHBOARD);
        for (AttributeKey<String> label :
                List.of(OpenTelemetryMetrics.APPLICATION_KEY, OpenTelemetryMetrics.LOCK_KEY)) {
            assertTrue(used.remove(label.getKey().replace('.', '_')), label::getKey);
        }
        assertUsed(used, LockMetricsTest::ofOpenTelemetryInPrometheus);
    }

    private static void assertUsed(Set<String> used, Function<Measure, Set<String>> inPrometheus) {
        Set<String> emitted = new TreeSet<>();
        for (Measure measure : Measure.values()) {
            emitted.addAll(inPrometheus.apply(measure));
        }
        assertTrue(emitted.containsAll(used), () -> used + " of " + emitted);
        for (Measure measure : Measure.values()) {
            assertTrue(inPrometheus.apply(measure).stream().anyMatch(used::contains), () -> measure + " is shown");
        }
    }

    @Test
    void documentShouldListAll() throws IOException {
        assertListed("(?m)^\\| `(holdfast\\.[a-z.]+)` \\| `holdfast\\.lock\\.[a-z._]+` \\|", measure -> measure.id);
        assertListed(
                "(?m)^\\| `holdfast[a-z.]+` \\| `(holdfast\\.lock\\.[a-z._]+)` \\|", measure -> measure.conventional);
    }

    private static void assertListed(String pattern, Function<Measure, String> name) throws IOException {
        assertEquals(
                Arrays.stream(Measure.values()).map(name).collect(Collectors.toCollection(TreeSet::new)),
                TextFiles.find(pattern, DOCUMENT));
    }

    private static LockAttempt attempt(LockRequest request) {
        return new LockAttempt(request, LockRequest.IMMEDIATE, 0, 42);
    }

    private LockHandle granted() {
        try (var locker = new InMemoryLocks().newLocker()) {
            return locker.acquire(request);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void happen(LockListener metrics) {
        LockAttempt attempt = attempt(request);
        LockHandle handle = granted();
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

    private static Map<String, Double> expected(Function<Measure, String> name) {
        return EXPECTED.entrySet().stream()
                .collect(Collectors.toMap(entry -> name.apply(entry.getKey()), Map.Entry::getValue));
    }

    /** The names of MicroProfile Metrics and Micrometer; neither has buckets. */
    static Set<String> inPrometheus(Measure measure) {
        return inPrometheus(measure, measure.id, "max");
    }

    /** The names of OpenTelemetry. */
    static Set<String> ofOpenTelemetryInPrometheus(Measure measure) {
        return inPrometheus(measure, measure.conventional, "bucket");
    }

    private static Set<String> inPrometheus(Measure measure, String dotted, String partOfTimer) {
        String name = dotted.replace('.', '_');
        return measure.kind == Kind.TIMER
                ? Set.of(name + "_seconds_count", name + "_seconds_sum", name + "_seconds_" + partOfTimer)
                : Set.of(measure.kind == Kind.COUNTER ? name + "_total" : name);
    }
}
