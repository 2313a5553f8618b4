// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.integration;

import io.holdfast.lock.ee.operations.LocksEndpoint;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;

/**
 * The operations endpoint: the locks of this application's namespace with their holders and waiters, as JSON, and a way to end
 * one of these. Servers may register this class without being asked, so each part is off, and answers 404, until a setting
 * names the role that may use it: {@code holdfast.operations-role} for the list, {@code holdfast.terminate-role} for ending a
 * session. The class checks the role itself, because not every server enforces {@code @RolesAllowed} here. A caller without the
 * role gets 403, also one that is not logged in: how to log in is the application's choice.
 *
 * <p>An application that lists its Jakarta REST classes registers this one among them. It is not a bean and cannot be
 * subclassed usefully. Thread-safe.
 */
@Path("holdfast/locks")
public class LocksResource {

    private static final String SESSION = "{lockId}/sessions/{pid}";

    /** For Jakarta REST. */
    public LocksResource() {
        // looks up what it needs when it is asked: it is no bean
    }

    /**
     * Lists the locks of a domain. Blocks for a connection and a round trip.
     *
     * @param caller the login of the request
     * @param domain the name of a {@link io.holdfast.lock.LockDomain}; empty for the default one
     * @return 200 with the locks; 404 if the list is off or there is no such domain, 403 without the role, 503 if the
     *     database cannot answer
     */
    @GET
    public Response locks(@Context SecurityContext caller, @QueryParam("domain") @DefaultValue("") String domain) {
        return LocksEndpoint.of(caller).list(domain);
    }

    /**
     * Reports which methods this caller may use on the list.
     *
     * @param caller the login of the request
     * @return 204 with the header {@code Allow}; 404 if the list is off
     */
    @OPTIONS
    public Response options(@Context SecurityContext caller) {
        return LocksEndpoint.of(caller).optionsOfList();
    }

    /**
     * Ends a session on the database that holds a lock, or waits for it at the server: see
     * {@link io.holdfast.lock.LockAdmin#terminate}. Blocks for a connection and two round trips.
     *
     * <p>To be sent on purpose, the request needs the header {@code Holdfast-Confirm: terminate}. It is refused if its
     * {@code Sec-Fetch-Site}, or else its {@code Origin}, shows a page of a different origin, or if its body is a form.
     *
     * @param caller the login of the request
     * @param headers the headers of the request
     * @param lockId the id of the lock, as the list shows it
     * @param pid the process id of the session, as the list shows it
     * @param domain the name of a {@link io.holdfast.lock.LockDomain}; empty for the default one
     * @return 204 if the session is ended; 404 if ending sessions is off, there is no such domain, or that session neither
     *     holds the lock nor waits for it; 403 without the role or the confirmation; 400 if one of the numbers is none; 503 if
     *     the database cannot answer, or its role may not end that session
     */
    @DELETE
    @Path(SESSION)
    public Response terminate(
            @Context SecurityContext caller,
            @Context HttpHeaders headers,
            @PathParam("lockId") String lockId,
            @PathParam("pid") String pid,
            @QueryParam("domain") @DefaultValue("") String domain) {
        return LocksEndpoint.of(caller).terminate(headers, domain, lockId, pid);
    }

    /**
     * Reports which methods this caller may use on a session.
     *
     * @param caller the login of the request
     * @return 204 with the header {@code Allow}; 404 if ending sessions is off
     */
    @OPTIONS
    @Path(SESSION)
    public Response optionsOfSession(@Context SecurityContext caller) {
        return LocksEndpoint.of(caller).optionsOfSession();
    }
}
