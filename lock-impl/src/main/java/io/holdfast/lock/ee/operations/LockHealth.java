// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.operations;

import io.holdfast.lock.ee.domain.Domain;
import io.holdfast.lock.ee.domain.Domains;
import io.holdfast.lock.ee.domain.Reachability;
import io.holdfast.lock.ee.naming.ApplicationName;
import io.holdfast.lock.ee.settings.DomainNames;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Checks whether the databases of the locks answer, all within one limit. Where the server has no MicroProfile Health,
 * beans.xml excludes this bean. It produces the check and is not the check itself, because WildFly logs a warning about
 * classes with a missing interface. The check never throws: Payara would answer with an empty 500 for the whole server.
 */
@ApplicationScoped
class LockHealth {

    private static final String NAME = "holdfast";
    private static final String APPLICATION = "application";
    private static final String FAILURE = "failure";
    private static final String STATE = "state";

    /** Additional time for the thread that asks, which fails by itself when its time has passed. */
    private static final Duration GRACE = Duration.ofMillis(100);

    /**
     * Static, since Payara 7 requests the check before it can create the beans of an EAR's lib; otherwise the
     * deployment would fail.
     */
    @Produces
    @Readiness
    static HealthCheck check(Domains domains) {
        String known = ApplicationName.find().orElse(ApplicationName.UNKNOWN);
        return () -> check(domains, known);
    }

    private static HealthCheckResponse check(Domains domains, String known) {
        HealthCheckResponseBuilder response = HealthCheckResponse.named(NAME).up();
        try {
            String application = domains.application();
            response.withData(APPLICATION, application.equals(ApplicationName.UNKNOWN) ? known : application);
            Optional<Duration> timeout = domains.settings().healthTimeout();
            if (timeout.isPresent()) {
                askDatabases(domains, timeout.get(), response);
            } else {
                response.withData(STATE, "off");
            }
        } catch (ContextNotActiveException | IllegalStateException e) {
            // The locker is closed: the application has ended, or its deployment has failed, but the server still calls
            // the check.
            response.withData(APPLICATION, known).withData(STATE, "stopped");
        } catch (RuntimeException | LinkageError e) {
            response.down().withData(FAILURE, nameOf(e));
        }
        return response.build();
    }

    private static void askDatabases(Domains domains, Duration timeout, HealthCheckResponseBuilder response) {
        Map<String, CompletableFuture<Void>> answers = new TreeMap<>();
        for (Domain domain : domains.wanted()) {
            answers.put(domain.name(), ask(domain, timeout));
        }
        answers.forEach((domain, answer) -> failure(answer, timeout).ifPresent(failure -> {
            if (Reachability.isPoolExhausted(failure)) {
                // No reason to take the application out of service.
                response.withData(key(STATE, domain), "busy");
            } else {
                response.down().withData(key(FAILURE, domain), nameOf(failure));
            }
        }));
    }

    private static CompletableFuture<Void> ask(Domain domain, Duration timeout) {
        try {
            return domain.pingWithin(timeout);
        } catch (DeploymentException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Returns why the database did not answer; empty if it did. */
    private static Optional<Throwable> failure(CompletableFuture<Void> answer, Duration timeout) {
        try {
            answer.get(timeout.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (TimeoutException e) {
            return Optional.of(e);
        } catch (ExecutionException e) {
            return Optional.of(Objects.requireNonNullElse(e.getCause(), e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(e);
        }
    }

    private static String key(String name, String domain) {
        return domain.equals(DomainNames.DEFAULT) ? name : name + "." + domain;
    }

    /** Shows only the kind of failure, because not everybody who sees the health may see the text of the exception. */
    private static String nameOf(Throwable failure) {
        return failure.getClass().getSimpleName();
    }
}
