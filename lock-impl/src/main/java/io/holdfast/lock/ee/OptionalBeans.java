// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.spi.LockListener;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import java.util.List;
import java.util.function.Function;

/**
 * Adds the listeners that name an optional API, where the server has that API. They have no annotation of a bean, so neither the
 * container nor the server's own scan looks at them elsewhere, and none logs that their types are missing.
 */
public class OptionalBeans implements Extension {

    /** A listener that is made at its first call, which is on a caller's thread, and stopped when the application ends. */
    interface Listener extends LockListener {

        /** Nothing follows. */
        default void stop() {
            // Nothing to stop.
        }
    }

    /**
     * What may be added.
     *
     * @param type which listener
     * @param api the type that it needs
     * @param make makes it where that type is present
     */
    record Candidate(Class<? extends Listener> type, String api, Function<Domains, Listener> make) {

        boolean isPresent() {
            try {
                Class.forName(api, false, OptionalBeans.class.getClassLoader());
                return true;
            } catch (ClassNotFoundException | LinkageError e) {
                return false;
            }
        }
    }

    static final List<Candidate> CANDIDATES = List.of(
            new Candidate(
                    MicroProfileMetrics.class,
                    "org.eclipse.microprofile.metrics.MetricRegistry",
                    domains -> new MicroProfileMetrics(domains)),
            new Candidate(
                    MicrometerMetrics.class,
                    "io.micrometer.core.instrument.MeterRegistry",
                    domains -> new MicrometerMetrics(domains)),
            new Candidate(
                    OpenTelemetryMetrics.class,
                    "io.opentelemetry.api.OpenTelemetry",
                    domains -> new OpenTelemetryMetrics(domains)),
            new Candidate(
                    OpenTelemetryTracing.class,
                    "io.opentelemetry.api.OpenTelemetry",
                    domains -> OpenTelemetryTracing.of(domains)));

    /** For the container. */
    public OptionalBeans() {
        // Nothing to set up.
    }

    void add(@Observes AfterBeanDiscovery event, BeanManager beans) {
        LockDomainExtension extension = beans.getExtension(LockDomainExtension.class);
        for (Candidate candidate : CANDIDATES) {
            if (candidate.isPresent()) {
                event.<Listener>addBean()
                        .id(candidate.type().getName())
                        .beanClass(Domains.class)
                        .addTypes(LockListener.class)
                        .addQualifiers(Any.Literal.INSTANCE)
                        .scope(ApplicationScoped.class)
                        .produceWith(instance -> candidate.make().apply(extension.domains(beans)))
                        .disposeWith((listener, instance) -> listener.stop());
            }
        }
    }

    /** A value that cannot be used is reported when all settings are read. */
    void leaveOut(@Observes ProcessAnnotatedType<LockHealth> event) {
        try {
            if (Settings.healthTimeout(SettingsSource.find()).isEmpty()) {
                event.veto();
            }
        } catch (DeploymentException e) {
            return;
        }
    }
}
