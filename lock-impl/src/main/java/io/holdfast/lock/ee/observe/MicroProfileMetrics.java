// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Records in MicroProfile Metrics. It does not use annotations: a server may remove the metrics of an application
 * together with those of the same names of another application, as Open Liberty does, and then an annotated method
 * fails. Every metric is looked up at every use, so that one that was removed is made again. Where the server does not
 * provide its registry, nothing is recorded.
 */
class MicroProfileMetrics extends LockMetrics {

    /** Null where the server provides none. */
    private final @Nullable MetricRegistry registry;

    private final Tag application;

    MicroProfileMetrics(Surroundings surroundings) {
        registry = surroundings.provided(MetricRegistry.class).orElse(null);
        application = new Tag(APPLICATION, application(surroundings));
    }

    @Override
    public void stop() {
        if (registry != null) {
            registry.removeMatching((id, metric) -> id.getName().startsWith(PREFIX)
                    && application.getTagValue().equals(id.getTags().get(APPLICATION)));
        }
    }

    @Override
    void time(Measure measure, String lock, Duration duration) {
        if (registry != null) {
            // Shown in seconds with this unit, too. Payara divides the maximum and the mean by the unit, but records
            // nanoseconds.
            registry.timer(metadata(measure, MetricUnits.NANOSECONDS), tags(lock))
                    .update(duration);
        }
    }

    @Override
    void count(Measure measure, String lock) {
        if (registry != null) {
            registry.counter(metadata(measure, MetricUnits.NONE), tags(lock)).inc();
        }
    }

    @Override
    void change(Measure measure, String lock, long by, AtomicLong level) {
        if (registry != null) {
            registry.gauge(metadata(measure, MetricUnits.NONE), level, AtomicLong::get, tags(lock));
        }
    }

    private static Metadata metadata(Measure measure, String unit) {
        return Metadata.builder()
                .withName(measure.id)
                .withDescription(measure.description)
                .withUnit(unit)
                .build();
    }

    private Tag[] tags(String lock) {
        return new Tag[] {application, new Tag(LOCK, lock)};
    }
}
