// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * An application on one of the servers, as its clients see it.
 *
 * @param server the container's qualifier: one or two
 * @param name the application's context root
 */
record RemoteDeployment(String server, String name) {

    /** A connection for each request, so that those that wait hold up no other. */
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Asks one of its servlets, which has to answer. */
    String post(String servletAndQuery) {
        HttpResponse<String> response = postAsync(servletAndQuery).join();
        assertEquals(200, response.statusCode(), () -> response + ": " + response.body());
        return response.body();
    }

    /** The answer, whatever it is, or that there is none. */
    CompletableFuture<HttpResponse<String>> postAsync(String servletAndQuery) {
        URI uri = URI.create(Environment.url(server) + "/" + name + "/" + servletAndQuery);
        return HTTP.sendAsync(
                HttpRequest.newBuilder(uri).POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString());
    }

    /** What became of a request that must end soon: its answer's first line, or why there is none. */
    static String outcome(CompletableFuture<HttpResponse<String>> request) throws Exception {
        return request.handle((response, failure) -> failure == null ? response.body() : failure.toString())
                .get(10, TimeUnit.SECONDS)
                .lines()
                .findFirst()
                .orElse("");
    }
}
