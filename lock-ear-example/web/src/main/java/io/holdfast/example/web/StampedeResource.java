// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.web;

import io.holdfast.example.BoxOffice;
import io.holdfast.example.BoxOffice.Buyer;
import io.holdfast.example.Node;
import io.holdfast.example.Stampedes;
import io.holdfast.example.Stampedes.Stampede;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.RequestScoped;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Many buyers at once, on all nodes. */
@Path("stampede")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class StampedeResource {

    private static final int MOST_BUYERS = 1_000;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String BUYERS = "buyers";
    private static final String FAILED = "failed";
    private static final String USE_LOCK = "useLock";

    /** One for all requests, since each has threads of its own. */
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @EJB
    private BoxOffice boxOffice;

    @EJB
    private Stampedes stampedes;

    @Resource
    private ManagedExecutorService executor;

    /**
     * Lets the buyers in, an equal number on each node, and waits until all are served.
     *
     * @param wanted an object with the number of {@code buyers}: 1 to 1000
     * @return how many got no answer, as {@code failed}
     * @throws InterruptedException if the thread is interrupted
     */
    @POST
    public JsonObject start(JsonObject wanted) throws InterruptedException {
        int buyers = buyers(wanted);
        Stampede stampede = stampedes
                .begin(buyers)
                .orElseThrow(() -> new ClientErrorException("a stampede is running", Response.Status.CONFLICT));
        int failed = buyers;
        try {
            failed = letIn(stampede, buyers);
        } finally {
            stampedes.end(stampede, failed);
        }
        return failed(failed);
    }

    private int letIn(Stampede stampede, int buyers) throws InterruptedException {
        int others = buyers / Math.max(1, Node.ALL.size());
        List<CompletableFuture<Integer>> elsewhere = Node.ALL.entrySet().stream()
                .filter(node -> !node.getKey().equals(Node.NAME))
                .map(Map.Entry::getValue)
                .map(url -> send(url, stampede, others))
                .toList();
        int failed = serve(stampede, buyers - others * elsewhere.size());
        return failed + elsewhere.stream().mapToInt(CompletableFuture::join).sum();
    }

    /** The buyers of a node that is down get no answer. */
    private static CompletableFuture<Integer> send(String url, Stampede stampede, int buyers) {
        JsonObject body = Json.createObjectBuilder()
                .add(BUYERS, buyers)
                .add(USE_LOCK, stampede.useLock())
                .build();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/api/stampede/" + stampede.id() + "/buyers"))
                .timeout(LIMIT)
                .header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        return HTTP.sendAsync(request, BodyHandlers.ofString())
                .thenApply(StampedeResource::readFailed)
                .exceptionally(unreachable -> buyers);
    }

    private static int readFailed(HttpResponse<String> response) {
        return Json.createReader(new StringReader(response.body())).readObject().getInt(FAILED);
    }

    /**
     * Lets the buyers of this node in, and waits until all are served.
     *
     * @param id the number of the stampede
     * @param wanted an object with the number of {@code buyers}, and whether to {@code useLock}
     * @return how many got no answer, as {@code failed}
     * @throws InterruptedException if the thread is interrupted
     */
    @POST
    @Path("{id}/buyers")
    public JsonObject buy(@PathParam("id") int id, JsonObject wanted) throws InterruptedException {
        return failed(serve(new Stampede(id, wanted.getBoolean(USE_LOCK, true)), buyers(wanted)));
    }

    private int serve(Stampede stampede, int buyers) throws InterruptedException {
        List<Future<Boolean>> served = new ArrayList<>();
        for (int i = 0; i < buyers; i++) {
            Buyer buyer = new Buyer(stampede.id(), System.nanoTime());
            served.add(executor.submit(
                    () -> stampede.useLock() ? boxOffice.book(buyer) : boxOffice.bookWithoutLock(buyer)));
        }
        int failed = 0;
        for (Future<Boolean> each : served) {
            try {
                each.get();
            } catch (ExecutionException e) {
                failed++;
            }
        }
        return failed;
    }

    private static int buyers(JsonObject wanted) {
        int buyers = wanted.getInt(BUYERS, 0);
        if (buyers < 1 || buyers > MOST_BUYERS) {
            throw new BadRequestException("\"" + BUYERS + "\" must be 1 to " + MOST_BUYERS);
        }
        return buyers;
    }

    private static JsonObject failed(int failed) {
        return Json.createObjectBuilder().add(FAILED, failed).build();
    }
}
