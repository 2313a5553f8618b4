// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.web;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;

/** What the page shows. */
@Path("state")
@RequestScoped
public class StateResource {

    @Inject
    private State state;

    @Inject
    private Audience audience;

    /**
     * Returns the state once.
     *
     * @return all of it
     * @throws InterruptedException if the thread is interrupted
     */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public JsonObject once() throws InterruptedException {
        return state.current(Duration.ZERO);
    }

    /**
     * Sends the state again and again.
     *
     * @param page where to send it
     * @param sse makes what is sent
     */
    @GET
    @Path("events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void again(@Context SseEventSink page, @Context Sse sse) {
        audience.join(page, sse);
    }
}
