// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Whether the locks' own database can be asked, within twice the connection time-out: once for a connection, once for the
 * answer. Where the server has no MicroProfile Health,
 * the container drops this bean. It makes the check instead of being it, since WildFly warns of classes with an interface that is
 * missing.
 */
@ApplicationScoped
class LockHealth {

    private static final String NAME = "holdfast";

    @Inject
    private CoreLocker core;

    @Produces
    @Readiness
    HealthCheck check() {
        return this::ask;
    }

    /** Says the kind of failure only: whoever may look at the health need not see the exception's text. */
    private HealthCheckResponse ask() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named(NAME);
        try {
            core.get().ping();
            return response.up().build();
        } catch (LockException | IllegalStateException | DeploymentException e) {
            return down(response, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return down(response, e);
        }
    }

    private static HealthCheckResponse down(HealthCheckResponseBuilder response, Exception failure) {
        return response.down()
                .withData("failure", failure.getClass().getSimpleName())
                .build();
    }
}
