// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.web;

import io.holdfast.example.LockSwitch;
import jakarta.ejb.EJB;
import jakarta.enterprise.context.RequestScoped;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;

/** Switches the locks on and off. */
@Path("use-lock")
@RequestScoped
public class LockSwitchResource {

    private static final String USE_LOCK = "useLock";

    @EJB
    private LockSwitch lockSwitch;

    /**
     * Sets the switch, for all nodes.
     *
     * @param wanted an object with the truth value {@code useLock}
     */
    @PUT
    @Consumes(MediaType.APPLICATION_JSON)
    public void set(JsonObject wanted) {
        JsonValue value = wanted.get(USE_LOCK);
        if (value != JsonValue.TRUE && value != JsonValue.FALSE) {
            throw new BadRequestException("\"" + USE_LOCK + "\" must be true or false");
        }
        lockSwitch.set(value == JsonValue.TRUE);
    }
}
