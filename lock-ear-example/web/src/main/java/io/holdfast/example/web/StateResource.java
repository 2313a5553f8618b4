// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.web;

import io.holdfast.example.BoxOffice;
import io.holdfast.example.Node;
import io.holdfast.example.Overview;
import io.holdfast.example.Report;
import jakarta.ejb.EJB;
import jakarta.enterprise.context.RequestScoped;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.util.List;

/** What the page shows, but for the locks, for which it asks their own endpoint. */
@Path("state")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class StateResource {

    @EJB
    private Overview overview;

    /**
     * Everything at once.
     *
     * @return the keys of the locks, and the state of show, report and till
     * @throws SQLException if the database fails
     */
    @GET
    public JsonObject state() throws SQLException {
        Overview.Sales sales = overview.sales();
        return Json.createObjectBuilder()
                .add("node", Node.NAME)
                .add("keys", Json.createArrayBuilder(Overview.KEYS))
                .add(
                        "show",
                        Json.createObjectBuilder()
                                .add("seats", BoxOffice.SEATS)
                                .add("sold", sales.sold())
                                .add("refused", sales.refused()))
                .add("reportInterval", Report.INTERVAL)
                .add("runs", runs(overview.runs()))
                .add("till", openings(overview.openings()))
                .build();
    }

    private static JsonArrayBuilder runs(List<Overview.Run> runs) {
        JsonArrayBuilder array = Json.createArrayBuilder();
        for (Overview.Run run : runs) {
            array.add(Json.createObjectBuilder().add("tick", run.tick()).add("node", run.node()));
        }
        return array;
    }

    private static JsonArrayBuilder openings(List<Overview.Opening> openings) {
        JsonArrayBuilder array = Json.createArrayBuilder();
        for (Overview.Opening opening : openings) {
            JsonObjectBuilder object = Json.createObjectBuilder().add("node", opening.node());
            if (opening.gapMillis() != null) {
                object.add("gapMillis", opening.gapMillis());
            }
            array.add(object);
        }
        return array;
    }
}
