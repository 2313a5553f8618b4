// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Whether the locks' own database can be asked, within twice the connection time-out: once for a connection, once for the
 * answer; with several domains, that of each. Where the server has no MicroProfile Health,
 * the container drops this bean. It makes the check instead of being it, since WildFly warns of classes with an interface that is
 * missing.
 */
@ApplicationScoped
class LockHealth {

    private static final String NAME = "holdfast";
    private static final String FAILURE = "failure";

    /**
     * Static, since Payara 7 requests the check before it can create the beans of an EAR's lib; otherwise the deployment would
     * fail.
     */
    @Produces
    @Readiness
    static HealthCheck check(Domains domains) {
        return () -> ask(domains);
    }

    /** Says the kind of failure only: whoever may look at the health need not see the exception's text. */
    private static HealthCheckResponse ask(Domains domains) {
        HealthCheckResponseBuilder response = HealthCheckResponse.named(NAME).up();
        try {
            for (Domain domain : domains.wanted()) {
                ask(domain).ifPresent(failure -> response.down().withData(failureOf(domain), failure));
            }
        } catch (DeploymentException e) {
            response.down().withData(FAILURE, nameOf(e));
        }
        return response.build();
    }

    private static String failureOf(Domain domain) {
        return domain.name().equals(Domain.DEFAULT) ? FAILURE : FAILURE + "." + domain.name();
    }

    /** The kind of failure; empty if the database answered. */
    private static Optional<String> ask(Domain domain) {
        try {
            domain.core().ping();
            return Optional.empty();
        } catch (LockException | IllegalStateException | DeploymentException e) {
            return Optional.of(nameOf(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(nameOf(e));
        }
    }

    private static String nameOf(Exception failure) {
        return failure.getClass().getSimpleName();
    }
}
