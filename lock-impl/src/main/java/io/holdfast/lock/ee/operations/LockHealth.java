// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.operations;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.ee.domain.Domain;
import io.holdfast.lock.ee.domain.Domains;
import io.holdfast.lock.ee.naming.ApplicationName;
import io.holdfast.lock.ee.settings.DomainNames;
import io.holdfast.lock.postgres.config.UnansweredConnectException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.time.Duration;
import java.util.Map;
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
 * Whether the databases of the locks can be asked, all within one limit. Where the server has no MicroProfile Health, beans.xml
 * excludes this bean. It makes the check instead of being it, since WildFly logs a warning about classes with an interface that is missing. The
 * check never throws: Payara would answer for the whole server with an empty 500.
 */
@ApplicationScoped
class LockHealth {

    private static final String NAME = "holdfast";
    private static final String APPLICATION = "application";
    private static final String FAILURE = "failure";
    private static final String STATE = "state";

    /** For the thread that asks, which fails by itself when the time has passed. */
    private static final Duration GRACE = Duration.ofMillis(100);

    /**
     * Static, since Payara 7 requests the check before it can create the beans of an EAR's lib; otherwise the deployment would
     * fail.
     */
    @Produces
    @Readiness
    static HealthCheck check(Domains domains) {
        String known = ApplicationName.find().orElse(ApplicationName.UNKNOWN);
        return () -> ask(domains, known);
    }

    private static HealthCheckResponse ask(Domains domains, String known) {
        HealthCheckResponseBuilder response = HealthCheckResponse.named(NAME).up();
        try {
            String application = domains.application();
            response.withData(APPLICATION, application.equals(ApplicationName.UNKNOWN) ? known : application);
            Optional<Duration> timeout = domains.healthTimeout();
            if (timeout.isPresent()) {
                ask(domains, timeout.get(), response);
            } else {
                response.withData(STATE, "off");
            }
        } catch (ContextNotActiveException | IllegalStateException e) {
            // The locker is closed: the application has ended, or its deployment has failed, and the server still asks.
            response.withData(APPLICATION, known).withData(STATE, "stopped");
        } catch (RuntimeException | LinkageError e) {
            response.down().withData(FAILURE, nameOf(e));
        }
        return response.build();
    }

    private static void ask(Domains domains, Duration timeout, HealthCheckResponseBuilder response) {
        Map<String, CompletableFuture<Void>> answers = new TreeMap<>();
        for (Domain domain : domains.wanted()) {
            answers.put(domain.name(), begin(domain, timeout));
        }
        answers.forEach((domain, answer) -> failure(answer, timeout).ifPresent(failure -> {
            if (isBusy(failure)) {
                response.withData(key(STATE, domain), "busy");
            } else {
                response.down().withData(key(FAILURE, domain), nameOf(failure));
            }
        }));
    }

    private static CompletableFuture<Void> begin(Domain domain, Duration timeout) {
        try {
            return domain.pingWithin(timeout);
        } catch (DeploymentException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Empty if the database answered. */
    private static Optional<Throwable> failure(CompletableFuture<Void> answer, Duration timeout) {
        try {
            answer.get(timeout.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (TimeoutException e) {
            return Optional.of(e);
        } catch (ExecutionException e) {
            return Optional.of(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(e);
        }
    }

    /** The pool has no connection left beside those of the locks, which is no reason to take the application out of service. */
    private static boolean isBusy(Throwable failure) {
        return failure instanceof LockConnectionTimeoutException
                && !(failure.getCause() instanceof UnansweredConnectException);
    }

    private static String key(String name, String domain) {
        return domain.equals(DomainNames.DEFAULT) ? name : name + "." + domain;
    }

    /** The kind of failure only: anyone who may look at the health need not see the exception's text. */
    private static String nameOf(Throwable failure) {
        return failure.getClass().getSimpleName();
    }
}
