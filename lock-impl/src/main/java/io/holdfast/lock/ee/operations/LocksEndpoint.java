// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.operations;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockInfo;
import io.holdfast.lock.ee.domain.Domain;
import io.holdfast.lock.ee.domain.Domains;
import io.holdfast.lock.ee.settings.ApplicationSettings;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.SecurityContext;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Answers one request to the operations endpoint, whose class for Jakarta REST is in
 * {@code io.holdfast.lock.integration}.
 */
public final class LocksEndpoint {

    /** The roles that a caller did not have. Each is logged once. */
    private static final Set<String> MISSED = ConcurrentHashMap.newKeySet();

    private final Domains domains;
    private final SecurityContext caller;

    private LocksEndpoint(Domains domains, SecurityContext caller) {
        this.domains = domains;
        this.caller = caller;
    }

    /** Begins the request of this caller. */
    public static LocksEndpoint of(SecurityContext caller) {
        return new LocksEndpoint(CDI.current().select(Domains.class).get(), caller);
    }

    /**
     * Lists the locks.
     *
     * @param domain the name of the domain; empty for the default one
     */
    public Response list(String domain) {
        return answer(
                ApplicationSettings.OPERATIONS_ROLE,
                domains.settings().operationsRole(),
                domain,
                found -> json(
                        Status.OK,
                        "application/json",
                        LocksJson.of(found.admin().locks(), found.settings().publishesKeys())));
    }

    /** Reports which methods the caller may use on the list. */
    public Response optionsOfList() {
        return options(domains.settings().operationsRole(), caller, "GET", "HEAD");
    }

    /**
     * Ends a session.
     *
     * @param domain the name of the domain; empty for the default one
     * @param lockId the id of the lock, as text
     * @param pid the process id of the session, as text
     */
    public Response terminate(HttpHeaders headers, String domain, String lockId, String pid) {
        return answer(ApplicationSettings.TERMINATE_ROLE, domains.settings().terminateRole(), domain, found -> {
            if (!Confirmation.isGiven(headers::getHeaderString)) {
                return problem(Status.FORBIDDEN, Messages.notConfirmed());
            }
            try {
                return terminate(found, Long.parseLong(lockId), Integer.parseInt(pid));
            } catch (NumberFormatException e) {
                return problem(Status.BAD_REQUEST, Messages.noSessionNumbers(lockId, pid));
            }
        });
    }

    private Response terminate(Domain domain, long lockId, int pid) throws InterruptedException {
        LockAdmin admin = domain.admin();
        List<LockInfo> locks =
                admin.locks().stream().filter(lock -> lock.lockId() == lockId).toList();
        for (LockInfo lock : locks) {
            Optional<LockInfo.Session> session = Stream.concat(lock.holders().stream(), lock.waiters().stream())
                    .filter(each -> each.pid() == pid)
                    .findFirst();
            if (session.isPresent() && admin.terminate(lock, session.get())) {
                Messages.terminated(
                        nameOf(caller.getUserPrincipal()),
                        pid,
                        lock,
                        domain.settings().publishesKeys());
                return guarded(Response.noContent()).build();
            }
        }
        return problem(Status.NOT_FOUND, Messages.noSuchSession(lockId, pid));
    }

    /** Reports which methods the caller may use on a session. */
    public Response optionsOfSession() {
        return options(domains.settings().terminateRole(), caller, "DELETE");
    }

    private interface Work {
        Response on(Domain domain) throws InterruptedException;
    }

    private Response answer(String setting, Optional<String> role, String domain, Work work) {
        Optional<Status> refusal = refusal(setting, role, caller);
        if (refusal.isPresent()) {
            return problem(refusal.get());
        }
        Optional<Domain> found = domains.find(domain);
        if (found.isEmpty()) {
            return problem(Status.NOT_FOUND);
        }
        try {
            return work.on(found.get());
        } catch (LockException | IllegalStateException | DeploymentException e) {
            return problem(Status.SERVICE_UNAVAILABLE, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return problem(Status.SERVICE_UNAVAILABLE);
        }
    }

    /** Returns why the caller has no access; empty if it has access. */
    static Optional<Status> refusal(String setting, Optional<String> role, SecurityContext caller) {
        if (role.isEmpty()) {
            return Optional.of(Status.NOT_FOUND);
        }
        if (caller.isUserInRole(role.get())) {
            return Optional.empty();
        }
        Principal principal = caller.getUserPrincipal();
        if (principal != null && MISSED.add(setting + "=" + role.get())) {
            Messages.roleMissed(nameOf(principal), setting, role.get());
        }
        return Optional.of(Status.FORBIDDEN);
    }

    /** Answers a caller without the role, too, who may do nothing else. */
    static Response options(Optional<String> role, SecurityContext caller, String... methods) {
        if (role.isEmpty()) {
            return problem(Status.NOT_FOUND);
        }
        Stream<String> allowed = caller.isUserInRole(role.get()) ? Stream.of(methods) : Stream.empty();
        return guarded(Response.noContent())
                .allow(Stream.concat(allowed, Stream.of("OPTIONS")).toArray(String[]::new))
                .build();
    }

    /** On some servers a caller can have a role without a login. */
    private static String nameOf(@Nullable Principal principal) {
        return principal == null ? "" : String.valueOf(principal.getName());
    }

    private static Response problem(Status status) {
        return problem(status, null);
    }

    private static Response problem(Status status, @Nullable String detail) {
        return json(
                status,
                "application/problem+json",
                "{\"title\":\"" + status.getReasonPhrase() + "\",\"status\":" + status.getStatusCode()
                        + (detail == null ? "" : ",\"detail\":" + LocksJson.text(detail)) + "}");
    }

    /** Sends bytes, because a JSON provider of the server might quote a string. */
    private static Response json(Status status, String type, String json) {
        return guarded(Response.status(status))
                .type(type)
                .entity(json.getBytes(StandardCharsets.UTF_8))
                .build();
    }

    private static ResponseBuilder guarded(ResponseBuilder response) {
        return response.header("Cache-Control", "no-store").header("X-Content-Type-Options", "nosniff");
    }
}
