// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Records in OpenTelemetry, which MicroProfile Telemetry provides, under names that follow the conventions of
 * OpenTelemetry. Where the server does not provide it, or has traces only, nothing is recorded.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/general/naming/">OpenTelemetry semantic conventions,
 *     "Naming"</a>
 */
class OpenTelemetryMetrics extends LockMetrics {

    static final AttributeKey<String> APPLICATION_KEY = AttributeKey.stringKey("holdfast.application");
    static final AttributeKey<String> LOCK_KEY = AttributeKey.stringKey("holdfast.lock.name");

    /** In seconds. The default buckets of OpenTelemetry are made for milliseconds. */
    private static final List<Double> ACQUIRE_BUCKETS =
            List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0, 60.0);

    private static final List<Double> HOLD_BUCKETS =
            List.of(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0);

    private static final double NANOS_PER_SECOND = 1e9;

    private final Map<Measure, DoubleHistogram> histograms = new EnumMap<>(Measure.class);
    private final Map<Measure, LongCounter> counters = new EnumMap<>(Measure.class);
    private final Map<Measure, LongUpDownCounter> levels = new EnumMap<>(Measure.class);

    private final String application;

    OpenTelemetryMetrics(Surroundings surroundings) {
        this(surroundings.provided(OpenTelemetry.class).orElseGet(OpenTelemetry::noop), application(surroundings));
    }

    OpenTelemetryMetrics(OpenTelemetry telemetry, String application) {
        this.application = application;
        Meter meter = telemetry.getMeter("io.holdfast.lock");
        for (Measure measure : Measure.values()) {
            switch (measure.kind) {
                case TIMER -> histograms.put(measure, histogram(meter, measure));
                case COUNTER ->
                    counters.put(
                            measure,
                            meter.counterBuilder(measure.conventional)
                                    .setDescription(measure.description)
                                    .setUnit(measure.unit)
                                    .build());
                case GAUGE ->
                    levels.put(
                            measure,
                            meter.upDownCounterBuilder(measure.conventional)
                                    .setDescription(measure.description)
                                    .setUnit(measure.unit)
                                    .build());
            }
        }
    }

    private static DoubleHistogram histogram(Meter meter, Measure measure) {
        DoubleHistogramBuilder builder = meter.histogramBuilder(measure.conventional)
                .setDescription(measure.description)
                .setUnit(measure.unit);
        try {
            builder.setExplicitBucketBoundariesAdvice(measure == Measure.HOLD_TIME ? HOLD_BUCKETS : ACQUIRE_BUCKETS);
        } catch (NoSuchMethodError e) {
            // Before OpenTelemetry 1.32, only the operator can set the buckets, with a view.
            return builder.build();
        }
        return builder.build();
    }

    @Override
    void time(Measure measure, String lock, Duration duration) {
        requireNonNull(histograms.get(measure)).record(duration.toNanos() / NANOS_PER_SECOND, attributes(lock));
    }

    @Override
    void count(Measure measure, String lock) {
        requireNonNull(counters.get(measure)).add(1, attributes(lock));
    }

    @Override
    void change(Measure measure, String lock, long by, AtomicLong level) {
        requireNonNull(levels.get(measure)).add(by, attributes(lock));
    }

    @Override
    public void stop() {
        // The server keeps what was exported.
    }

    private Attributes attributes(String lock) {
        return Attributes.of(APPLICATION_KEY, application, LOCK_KEY, lock);
    }
}
