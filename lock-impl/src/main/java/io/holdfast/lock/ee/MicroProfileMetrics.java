// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;

/**
 * Into MicroProfile Metrics. Not by annotations: a server may drop the metrics of an application together with
 * those of the same names of another one, as Open Liberty does, and then the annotated method fails. Here every metric is
 * looked up at every use, so that one that is gone is made anew. Where the server has no MicroProfile Metrics, the container
 * drops this bean.
 */
@ApplicationScoped
class MicroProfileMetrics extends LockMetrics {

    @Inject
    private Instance<MetricRegistry> registries;

    /** Null if there is none; written once, before use. */
    private MetricRegistry registry;

    private Tag application;

    /** On a caller's thread, since some of the locker's own know no application. */
    @PostConstruct
    void start() {
        registry = ServerProvided.find(MetricRegistry.class, registries).orElse(null);
        application = new Tag(APPLICATION, application());
    }

    @PreDestroy
    void stop() {
        if (registry != null) {
            registry.removeMatching((id, metric) -> id.getName().startsWith(PREFIX)
                    && application.getTagValue().equals(id.getTags().get(APPLICATION)));
        }
    }

    @Override
    void time(Measure measure, String lock, Duration duration) {
        if (registry != null) {
            registry.timer(metadata(measure, MetricUnits.SECONDS), tags(lock)).update(duration);
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
