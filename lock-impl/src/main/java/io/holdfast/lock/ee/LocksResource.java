// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockInfo;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.SecurityContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The operations endpoint: the locks of this application's namespace with their holders and waiters, as JSON. Servers may
 * register it unasked, so it answers 404 unless {@code holdfast.operations-role} names the role that may look. It checks the
 * role itself, since not every server enforces {@code @RolesAllowed} here.
 */
@Path("holdfast/locks")
public class LocksResource {

    /** For Jakarta REST. */
    public LocksResource() {
        // looks up what it needs when it is asked: it is no bean
    }

    /**
     * All locks of a domain that its database tells.
     *
     * @param caller who asks
     * @param domain the name of a {@link io.holdfast.lock.LockDomain}; empty for the default one
     * @return 200 with the locks; 404 if the endpoint is off or there is no such domain, 403 without the role, 503
     *     if the database cannot be asked
     */
    @GET
    public Response locks(@Context SecurityContext caller, @QueryParam("domain") @DefaultValue("") String domain) {
        Domains domains = CDI.current().select(Domains.class).get();
        Optional<Status> refusal = refusal(domains.operationsRole(), caller);
        if (refusal.isPresent()) {
            return problem(refusal.get(), "");
        }
        return domains.find(domain).map(LocksResource::locks).orElseGet(() -> problem(Status.NOT_FOUND, ""));
    }

    private static Response locks(Domain domain) {
        try {
            List<LockInfo> locks = domain.admin().locks();
            return answer(Status.OK, "application/json", LocksJson.of(locks, domain.publishesKeys()));
        } catch (LockException | IllegalStateException | DeploymentException e) {
            return problem(Status.SERVICE_UNAVAILABLE, ",\"detail\":" + LocksJson.text(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return problem(Status.SERVICE_UNAVAILABLE, "");
        }
    }

    /** Empty if the caller may look. */
    static Optional<Status> refusal(Optional<String> role, SecurityContext caller) {
        if (role.isEmpty()) {
            return Optional.of(Status.NOT_FOUND);
        }
        return caller.isUserInRole(role.get()) ? Optional.empty() : Optional.of(Status.FORBIDDEN);
    }

    private static Response problem(Status status, String detail) {
        return answer(
                status,
                "application/problem+json",
                "{\"title\":\"" + status.getReasonPhrase() + "\",\"status\":" + status.getStatusCode() + detail + "}");
    }

    /** Bytes, since a JSON provider of the server might quote a string. */
    private static Response answer(Status status, String type, String json) {
        return Response.status(status)
                .type(type)
                .header("Cache-Control", "no-store")
                .entity(json.getBytes(StandardCharsets.UTF_8))
                .build();
    }
}
