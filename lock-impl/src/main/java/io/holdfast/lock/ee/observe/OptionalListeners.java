// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import io.holdfast.lock.spi.LockListener;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The listeners that name an optional API, where the server has that API. They are no beans, so neither the container nor the
 * server's own scan looks at them elsewhere, and none logs that their types are missing.
 */
public final class OptionalListeners {

    /** A listener that is stopped when the application ends. */
    interface Stoppable extends LockListener {

        /** Nothing follows. */
        void stop();
    }

    /**
     * What may be there.
     *
     * @param type which listener
     * @param api the type that it needs
     * @param make makes it where that type is present
     */
    record Candidate(Class<? extends Stoppable> type, String api, Function<Surroundings, Stoppable> make) {

        boolean isPresent() {
            try {
                Class.forName(api, false, OptionalListeners.class.getClassLoader());
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

    private final List<Lazy> all;

    /**
     * The listeners whose APIs the server has. None is made yet.
     *
     * @param surroundings what they ask the application and its server for
     */
    public OptionalListeners(Surroundings surroundings) {
        this(CANDIDATES, surroundings);
    }

    OptionalListeners(List<Candidate> candidates, Surroundings surroundings) {
        all = candidates.stream()
                .filter(Candidate::isPresent)
                .map(candidate -> new Lazy(candidate, surroundings))
                .toList();
    }

    /**
     * Returns the listeners, which are the same for all domains.
     *
     * @return the listeners
     */
    public List<LockListener> all() {
        return all.stream().map(Lazy::listener).toList();
    }

    /** Stops those that were made. */
    public void stop() {
        all.forEach(Lazy::stop);
    }

    /**
     * Makes its listener at the first call, which is on the thread of a component: that knows the application's name, and what the
     * server provides is ready. If that fails, nothing listens from then on. Its text is the name of the listener's class, for the
     * message about a listener that fails.
     */
    private static final class Lazy implements InvocationHandler {

        private final Candidate candidate;
        private final Surroundings surroundings;
        private final LockListener listener;

        /** Empty before the first call. */
        private volatile Optional<Stoppable> made = Optional.empty();

        Lazy(Candidate candidate, Surroundings surroundings) {
            this.candidate = candidate;
            this.surroundings = surroundings;
            this.listener = (LockListener) Proxy.newProxyInstance(
                    LockListener.class.getClassLoader(), new Class<?>[] {LockListener.class}, this);
        }

        LockListener listener() {
            return listener;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            if (method.getDeclaringClass() == Object.class) {
                return answer(method.getName(), arguments);
            }
            try {
                return method.invoke(made.orElseGet(this::make), arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        /** Without making it. */
        private Object answer(String method, Object[] arguments) {
            return switch (method) {
                case "equals" -> listener == arguments[0];
                case "hashCode" -> hashCode();
                default -> toString();
            };
        }

        private synchronized Stoppable make() {
            if (made.isEmpty()) {
                made = Optional.of(makeOrNothing());
            }
            return made.get();
        }

        private Stoppable makeOrNothing() {
            try {
                return candidate.make().apply(surroundings);
            } catch (RuntimeException | LinkageError e) {
                Messages.listenerNotMade(candidate.type(), candidate.api(), e);
                return () -> {};
            }
        }

        @Override
        public String toString() {
            return candidate.type().getName();
        }

        void stop() {
            made.ifPresent(Stoppable::stop);
        }
    }
}
