// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.web;

import io.holdfast.example.BoxOffice;
import io.holdfast.example.Node;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.RequestScoped;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Many buyers at once. */
@Path("stampede")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class StampedeResource {

    private static final int MOST_BUYERS = 500;

    /** The base URL of the other server, if there is one: it gets as many buyers at the same time. */
    private static final Optional<String> PEER = Optional.ofNullable(System.getProperty("boxoffice.peer"));

    /** One for all requests, since each has threads of its own. */
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @EJB
    private BoxOffice boxOffice;

    @Resource
    private ManagedExecutorService executor;

    /**
     * Makes all seats free, then lets the buyers in: here, and as many on the other server.
     *
     * @param buyers how many on each server: 1 to 500
     * @return how many got a seat, and how many failed for another reason than that none was left, on this server
     * @throws InterruptedException if the thread is interrupted
     */
    @POST
    public JsonObject start(@QueryParam("buyers") @DefaultValue("100") int buyers) throws InterruptedException {
        requireSane(buyers);
        boxOffice.reset();
        CompletableFuture<?> elsewhere = PEER.<CompletableFuture<?>>map(peer -> sendTo(peer, buyers))
                .orElse(CompletableFuture.completedFuture(null));
        JsonObject result = buy(buyers);
        elsewhere.exceptionally(unreachable -> null).join();
        return result;
    }

    /**
     * Lets the buyers in on this server only.
     *
     * @param buyers how many: 1 to 500
     * @return how many got a seat, and how many failed for another reason than that none was left
     * @throws InterruptedException if the thread is interrupted
     */
    @POST
    @Path("here")
    public JsonObject buy(@QueryParam("buyers") @DefaultValue("100") int buyers) throws InterruptedException {
        requireSane(buyers);
        List<Future<Boolean>> attempts = new ArrayList<>();
        for (int i = 0; i < buyers; i++) {
            attempts.add(executor.submit(() -> boxOffice.book(Node.NAME)));
        }
        int served = 0;
        int failed = 0;
        for (Future<Boolean> attempt : attempts) {
            try {
                served += attempt.get() ? 1 : 0;
            } catch (ExecutionException e) {
                failed++;
            }
        }
        return Json.createObjectBuilder()
                .add("served", served)
                .add("failed", failed)
                .build();
    }

    private static CompletableFuture<?> sendTo(String peer, int buyers) {
        URI uri = URI.create(peer + "/api/stampede/here?buyers=" + buyers);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return HTTP.sendAsync(request, BodyHandlers.discarding());
    }

    private static void requireSane(int buyers) {
        if (buyers < 1 || buyers > MOST_BUYERS) {
            throw new BadRequestException("buyers must be 1 to " + MOST_BUYERS + ": " + buyers);
        }
    }
}
