// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.ee.domain.Domain;
import io.holdfast.lock.ee.domain.Domains;
import io.holdfast.lock.ee.settings.ApplicationSettings;
import jakarta.enterprise.context.ContextNotActiveException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the check answers where its application cannot be asked as usual. */
class LockHealthTest {

    @BeforeAll
    static void provide() {
        HealthCheckResponse.setResponseProvider(new org.eclipse.microprofile.health.spi.HealthCheckResponseProvider() {
            @Override
            public HealthCheckResponseBuilder createResponseBuilder() {
                return new Builder();
            }
        });
    }

    @AfterAll
    static void remove() {
        HealthCheckResponse.setResponseProvider(null);
    }

    @Test
    @DisplayName("an application that has ended is no reason to take the server out of service")
    void shouldBeUpAfterTheEnd() {
        HealthCheckResponse response = ask(new ContextNotActiveException("no application context"));
        assertEquals(Status.UP, response.getStatus());
        assertEquals(
                Map.of("application", "unknown", "state", "stopped"),
                response.getData().orElseThrow());

        response = ask(new IllegalStateException("the locker is closed"));
        assertEquals(Status.UP, response.getStatus());
        assertEquals("stopped", response.getData().orElseThrow().get("state"));
    }

    @Test
    @DisplayName("whatever else goes wrong is answered, too, by its kind")
    void shouldAnswerEveryFailure() {
        for (Throwable failure : List.of(new IllegalArgumentException("secret"), new NoClassDefFoundError("secret"))) {
            HealthCheckResponse response = ask(failure);

            assertEquals(Status.DOWN, response.getStatus());
            assertEquals(
                    Map.of("application", "shop", "failure", failure.getClass().getSimpleName()),
                    response.getData().orElseThrow());
        }
    }

    @Test
    @DisplayName("switched off, it is UP and asks no database")
    void shouldBeSwitchedOff() {
        HealthCheckResponse response = LockHealth.check(new Domains() {
                    @Override
                    public String application() {
                        return "shop";
                    }

                    @Override
                    public ApplicationSettings settings() {
                        return LockHealthTest.settings(Optional.empty());
                    }

                    @Override
                    public List<Domain> wanted() {
                        throw new AssertionError("asked");
                    }
                })
                .call();

        assertEquals(Status.UP, response.getStatus());
        assertEquals("off", response.getData().orElseThrow().get("state"));
    }

    private static ApplicationSettings settings(Optional<Duration> healthTimeout) {
        return new ApplicationSettings(false, Optional.empty(), Optional.empty(), healthTimeout, Map.of());
    }

    private static HealthCheckResponse ask(Throwable failure) {
        return LockHealth.check(new Domains() {
                    @Override
                    public String application() {
                        if (failure instanceof ContextNotActiveException e) {
                            throw e;
                        }
                        return "shop";
                    }

                    @Override
                    public ApplicationSettings settings() {
                        return LockHealthTest.settings(Optional.of(Duration.ofSeconds(1)));
                    }

                    @Override
                    public List<Domain> wanted() {
                        if (failure instanceof Error e) {
                            throw e;
                        }
                        throw (RuntimeException) failure;
                    }
                })
                .call();
    }

    /** The API of MicroProfile Health comes without one. */
    private static final class Builder extends HealthCheckResponseBuilder {

        private final Map<String, Object> data = new TreeMap<>();
        private String name;
        private Status status;

        @Override
        public HealthCheckResponseBuilder name(String given) {
            name = given;
            return this;
        }

        @Override
        public HealthCheckResponseBuilder withData(String key, String value) {
            data.put(key, value);
            return this;
        }

        @Override
        public HealthCheckResponseBuilder withData(String key, long value) {
            data.put(key, value);
            return this;
        }

        @Override
        public HealthCheckResponseBuilder withData(String key, boolean value) {
            data.put(key, value);
            return this;
        }

        @Override
        public HealthCheckResponseBuilder up() {
            return status(true);
        }

        @Override
        public HealthCheckResponseBuilder down() {
            return status(false);
        }

        @Override
        public HealthCheckResponseBuilder status(boolean up) {
            status = up ? Status.UP : Status.DOWN;
            return this;
        }

        @Override
        public HealthCheckResponse build() {
            return new HealthCheckResponse(name, status, Optional.of(data));
        }
    }
}
