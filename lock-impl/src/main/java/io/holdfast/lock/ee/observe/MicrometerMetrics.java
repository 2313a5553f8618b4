// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Records in Micrometer, where the server provides its registry for injection. It does not use the builders of metrics:
 * their metrics do not pass the registry that WildFly provides for an application, and the function of a gauge would be
 * a class of this application, which the registry would keep in memory.
 */
class MicrometerMetrics extends LockMetrics {

    /** Null where the server provides none. */
    private final @Nullable MeterRegistry registry;

    private final String application;

    MicrometerMetrics(Surroundings surroundings) {
        this(surroundings.provided(MeterRegistry.class).orElse(null), application(surroundings));
    }

    MicrometerMetrics(@Nullable MeterRegistry registry, String application) {
        this.registry = registry;
        this.application = application;
    }

    /** Removes the gauges: one that is left would block the gauge of the redeployed application. */
    @Override
    public void stop() {
        if (registry != null) {
            registry.getMeters().stream()
                    .filter(meter -> meter.getId().getName().startsWith(PREFIX)
                            && application.equals(meter.getId().getTag(APPLICATION)))
                    .forEach(registry::remove);
        }
    }

    @Override
    void time(Measure measure, String lock, Duration duration) {
        if (registry != null) {
            registry.timer(measure.id, tags(lock)).record(duration);
        }
    }

    @Override
    void count(Measure measure, String lock) {
        if (registry != null) {
            registry.counter(measure.id, tags(lock)).increment();
        }
    }

    @Override
    void change(Measure measure, String lock, long by, AtomicLong level) {
        if (registry != null) {
            registry.gauge(measure.id, tags(lock), level);
        }
    }

    private Tags tags(String lock) {
        return Tags.of(APPLICATION, application, LOCK, lock);
    }
}
