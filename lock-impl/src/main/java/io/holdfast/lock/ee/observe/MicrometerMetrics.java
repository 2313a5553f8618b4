// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Into Micrometer, where the server gives its registry for injection; else nothing is measured. Not by the builders of
 * metrics: what they make does not get past the registry that WildFly gives an application, and the function of a gauge would be
 * a class of this application, which the registry would keep in memory.
 */
class MicrometerMetrics extends LockMetrics {

    /** Null if there is none. */
    private final MeterRegistry registry;

    private final String application;

    MicrometerMetrics(Surroundings surroundings) {
        this(surroundings.provided(MeterRegistry.class).orElse(null), application(surroundings));
    }

    MicrometerMetrics(MeterRegistry registry, String application) {
        this.registry = registry;
        this.application = application;
    }

    /** A gauge that stayed would keep the one of the same application, deployed anew, out. */
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
