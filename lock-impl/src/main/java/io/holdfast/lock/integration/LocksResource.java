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
 * The operations endpoint: shows the locks of this application's namespace with their holders and waiters as JSON, and
 * terminates one of their sessions. A server may register this class although the application does not list it, so each
 * part is switched off, and answers 404, until a setting names the role that may use it:
 * {@code holdfast.operations-role} for the list, and {@code holdfast.terminate-role} for the termination of a session.
 * The class checks the role itself, because not every server enforces {@code @RolesAllowed} here. A caller without the
 * role gets 403, even if the caller is not logged in: the application decides how to log in.
 *
 * <p>An application that lists its Jakarta REST classes has to include this one. The class is not a bean, and a
 * subclass is of no use. Thread-safe.
 *
 * @since 0.1.0
 */
@Path("holdfast/locks")
public class LocksResource {

    private static final String SESSION = "{lockId}/sessions/{pid}";

    /** Creates the resource; for Jakarta REST. */
    public LocksResource() {
        // The resource is not a bean: it looks up what it needs when a request arrives.
    }

    /**
     * Lists the locks of a domain. Blocks until a connection is available and the server has answered once.
     *
     * @param caller the login of the request
     * @param domain the name of a {@link io.holdfast.lock.LockDomain}; empty for the default one
     * @return 200 with the locks; 404 if the list is switched off or there is no such domain; 403 without the role; 503
     *     if the database cannot answer
     */
    @GET
    public Response locks(@Context SecurityContext caller, @QueryParam("domain") @DefaultValue("") String domain) {
        return LocksEndpoint.of(caller).list(domain);
    }

    /**
     * Reports which methods this caller may use on the list.
     *
     * @param caller the login of the request
     * @return 204 with the header {@code Allow}; 404 if the list is switched off
     */
    @OPTIONS
    public Response options(@Context SecurityContext caller) {
        return LocksEndpoint.of(caller).optionsOfList();
    }

    /**
     * Terminates a session on the server that holds a lock or waits for it there: see
     * {@link io.holdfast.lock.LockAdmin#terminate}. Blocks until a connection is available and the server has answered
     * twice.
     *
     * <p>The request must have the header {@code Holdfast-Confirm: terminate}, which shows that it is sent on purpose.
     * It is refused if its {@code Sec-Fetch-Site} header, or without that its {@code Origin} header, names a page of a
     * different origin, or if its body is a form.
     *
     * @param caller the login of the request
     * @param headers the headers of the request
     * @param lockId the id of the lock, as shown by the list
     * @param pid the process id of the session, as shown by the list
     * @param domain the name of a {@link io.holdfast.lock.LockDomain}; empty for the default one
     * @return 204 if the session was terminated; 404 if the termination of sessions is switched off, if there is no
     *     such domain, or if that session neither holds the lock nor waits for it; 403 without the role or the
     *     confirmation; 400 if one of the numbers is not a number; 503 if the database cannot answer, or if its role
     *     may not terminate that session
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
     * @return 204 with the header {@code Allow}; 404 if the termination of sessions is switched off
     */
    @OPTIONS
    @Path(SESSION)
    public Response optionsOfSession(@Context SecurityContext caller) {
        return LocksEndpoint.of(caller).optionsOfSession();
    }
}
