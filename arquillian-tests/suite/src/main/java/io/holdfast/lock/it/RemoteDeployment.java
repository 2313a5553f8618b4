// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * An application on one of the servers, as its clients see it.
 *
 * @param server the container's qualifier: one or two
 * @param name the application's context root
 */
record RemoteDeployment(String server, String name) {

    RemoteDeployment(String name) {
        this("one", name);
    }

    /** Asks one of its servlets, which has to answer. */
    String post(String servletAndQuery) {
        HttpResponse<String> response = postAsync(servletAndQuery).join();
        assertEquals(200, response.statusCode(), () -> response + ": " + response.body());
        return response.body();
    }

    /** The answer, whatever it is, or that there is none. */
    CompletableFuture<HttpResponse<String>> postAsync(String servletAndQuery) {
        return Http.sendAsync(Http.post(Environment.url(server) + "/" + name + "/" + servletAndQuery));
    }

    /** Asks its {@link LockServlet}. */
    String lock(String action, String key) {
        return post("lock?do=" + action + "&key=" + key);
    }

    /** How many locks its {@link LoadServlet} has been granted so far. */
    int granted() {
        return Integer.parseInt(post("load?threads=0"));
    }

    /** Requests to its {@link LockServlet} that wait for these locks. */
    List<CompletableFuture<HttpResponse<String>>> waitFor(List<String> keys) {
        return keys.stream().map(key -> postAsync("lock?do=wait&key=" + key)).toList();
    }

    /** That these requests end soon; how they are answered depends on what the server still does for a request that runs. */
    static void assertNoneIsGranted(List<CompletableFuture<HttpResponse<String>>> waiters) throws Exception {
        Set<String> answers = new HashSet<>();
        for (CompletableFuture<HttpResponse<String>> waiter : waiters) {
            answers.add(outcome(waiter));
        }
        assertFalse(answers.contains("granted"), answers::toString);
    }

    /** What became of a request that must end soon: its answer's first line, or why there is none. */
    private static String outcome(CompletableFuture<HttpResponse<String>> request) throws Exception {
        return request.handle((response, failure) -> failure == null ? response.body() : failure.toString())
                .get(10, TimeUnit.SECONDS)
                .lines()
                .findFirst()
                .orElse("");
    }
}
