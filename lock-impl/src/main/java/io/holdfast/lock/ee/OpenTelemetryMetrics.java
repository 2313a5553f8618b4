// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Into OpenTelemetry, as MicroProfile Telemetry gives it. Where the server has none, the container drops this bean; where it has
 * traces only, what is handed over goes nowhere.
 */
@ApplicationScoped
class OpenTelemetryMetrics extends LockMetrics {

    private static final AttributeKey<String> APPLICATION_KEY = AttributeKey.stringKey(APPLICATION);
    private static final AttributeKey<String> LOCK_KEY = AttributeKey.stringKey(LOCK);
    private static final double NANOS_PER_SECOND = 1e9;

    @Inject
    private Instance<OpenTelemetry> telemetry;

    /** Null if there is none; written once, before use. */
    private Meter meter;

    private String application;

    @PostConstruct
    void start() {
        start(ServerProvided.find(OpenTelemetry.class, telemetry).orElseGet(OpenTelemetry::noop), application());
    }

    void start(OpenTelemetry telemetry, String application) {
        this.meter = telemetry.getMeter("io.holdfast.lock");
        this.application = application;
    }

    @Override
    void time(Measure measure, String lock, Duration duration) {
        meter.histogramBuilder(measure.id)
                .setDescription(measure.description)
                .setUnit("s")
                .build()
                .record(duration.toNanos() / NANOS_PER_SECOND, attributes(lock));
    }

    @Override
    void count(Measure measure, String lock) {
        meter.counterBuilder(measure.id)
                .setDescription(measure.description)
                .build()
                .add(1, attributes(lock));
    }

    @Override
    void change(Measure measure, String lock, long by, AtomicLong level) {
        meter.upDownCounterBuilder(measure.id)
                .setDescription(measure.description)
                .build()
                .add(by, attributes(lock));
    }

    private Attributes attributes(String lock) {
        return Attributes.of(APPLICATION_KEY, application, LOCK_KEY, lock);
    }
}
