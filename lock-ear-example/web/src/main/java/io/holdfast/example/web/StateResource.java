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

/** What the page shows. */
@Path("state")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class StateResource {

    @EJB
    private Overview overview;

    /**
     * Everything at once.
     *
     * @return the state of locks, show, report and till
     * @throws SQLException if the database fails
     */
    @GET
    public JsonObject state() throws SQLException {
        Overview.Sales sales = overview.sales();
        return Json.createObjectBuilder()
                .add("node", Node.NAME)
                .add("locks", locks(overview.locks()))
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

    private static JsonArrayBuilder locks(List<Overview.Lock> locks) {
        JsonArrayBuilder array = Json.createArrayBuilder();
        for (Overview.Lock lock : locks) {
            array.add(Json.createObjectBuilder()
                    .add("key", lock.key())
                    .add("holders", Json.createArrayBuilder(lock.holders()))
                    .add("waiters", Json.createArrayBuilder(lock.waiters())));
        }
        return array;
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
