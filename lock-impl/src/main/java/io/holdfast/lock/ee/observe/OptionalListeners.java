// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import io.holdfast.lock.spi.LockListener;
import java.util.List;
import java.util.function.Function;

/**
 * The listeners that name an optional API, where the server has that API. They are not beans, so neither the container
 * nor the server's own scan looks at them where it is missing, and none logs that types are missing.
 */
public final class OptionalListeners {

    /**
     * A listener that the server may be able to use.
     *
     * @param type its class
     * @param api the type that it needs
     * @param factory makes it where that type is present
     */
    record Candidate(
            Class<? extends StoppableListener> type,
            String api,
            Function<Surroundings, ? extends StoppableListener> factory) {

        private boolean isUsable() {
            try {
                Class.forName(api, false, OptionalListeners.class.getClassLoader());
                return true;
            } catch (ClassNotFoundException | LinkageError e) {
                return false;
            }
        }

        /** Makes the listener. If that fails, makes one that ignores all calls. */
        private StoppableListener make(Surroundings surroundings) {
            try {
                return factory.apply(surroundings);
            } catch (RuntimeException | LinkageError e) {
                Messages.listenerNotMade(type, api, e);
                return () -> {};
            }
        }
    }

    static final List<Candidate> CANDIDATES = List.of(
            new Candidate(
                    MicroProfileMetrics.class,
                    "org.eclipse.microprofile.metrics.MetricRegistry",
                    surroundings -> new MicroProfileMetrics(surroundings)),
            new Candidate(
                    MicrometerMetrics.class,
                    "io.micrometer.core.instrument.MeterRegistry",
                    surroundings -> new MicrometerMetrics(surroundings)),
            new Candidate(
                    OpenTelemetryMetrics.class,
                    "io.opentelemetry.api.OpenTelemetry",
                    surroundings -> new OpenTelemetryMetrics(surroundings)),
            new Candidate(
                    OpenTelemetryTracing.class,
                    "io.opentelemetry.api.OpenTelemetry",
                    surroundings -> OpenTelemetryTracing.of(surroundings)));

    private final List<LazyListener> all;

    /** Finds the listeners whose APIs the server has, without making them. */
    public OptionalListeners(Surroundings surroundings) {
        this(CANDIDATES, surroundings);
    }

    OptionalListeners(List<Candidate> candidates, Surroundings surroundings) {
        all = candidates.stream()
                .filter(Candidate::isUsable)
                .map(candidate -> new LazyListener(candidate.type().getName(), () -> candidate.make(surroundings)))
                .toList();
    }

    /** Returns the listeners, which are the same for all domains. */
    public List<LockListener> all() {
        return all.stream().map(LazyListener::proxy).toList();
    }

    /** Stops those that were made. */
    public void stop() {
        all.forEach(LazyListener::stop);
    }
}
