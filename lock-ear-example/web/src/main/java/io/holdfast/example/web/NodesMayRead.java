// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.web;

import io.holdfast.example.Node;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;

/** Lets the pages of the other nodes read the state of this one, and nothing else. */
public class NodesMayRead implements ContainerResponseFilter {

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        String origin = request.getHeaderString("Origin");
        if (request.getUriInfo().getPath().matches("/?state(/events)?")) {
            response.getHeaders().add(HttpHeaders.VARY, "Origin");
            if (Node.ALL.containsValue(origin)) {
                response.getHeaders().add("Access-Control-Allow-Origin", origin);
            }
        }
    }
}
