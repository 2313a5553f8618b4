// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.web;

import io.holdfast.example.Events;
import io.holdfast.example.Overview;
import jakarta.ejb.EJB;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Response;

/** Notes in the log of the nodes whose sessions operators end through the operations endpoint of Holdfast. */
@ApplicationScoped
public class EndedSessions implements ContainerRequestFilter, ContainerResponseFilter {

    private static final String NODE = "boxoffice.ended";

    @EJB
    private Events events;

    @EJB
    private Overview overview;

    /** Afterwards nobody knows the session any more. */
    @Override
    public void filter(ContainerRequestContext request) {
        if (request.getMethod().equals(HttpMethod.DELETE)) {
            String path = request.getUriInfo().getPath();
            request.setProperty(NODE, overview.nodeOf(path.substring(path.lastIndexOf('/') + 1)));
        }
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getProperty(NODE) instanceof String node
                && response.getStatus() == Response.Status.NO_CONTENT.getStatusCode()) {
            events.add(node, Events.Kind.ENDED, "An operator ended a session of " + node + ".");
        }
    }
}
