// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

/** Requests to the servers, from outside. */
final class Http {

    /** A connection for each request, so that those that wait hold up no other. */
    static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Http() {}

    /** A GET request to the first server, until it is changed. */
    static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(Environment.url() + "/" + path));
    }

    static HttpRequest.Builder post(String url) {
        return HttpRequest.newBuilder(URI.create(url)).POST(BodyPublishers.noBody());
    }

    static HttpResponse<String> get(String path) {
        return send(request(path));
    }

    static HttpResponse<String> send(HttpRequest.Builder request) {
        return sendAsync(request).join();
    }

    static CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest.Builder request) {
        return CLIENT.sendAsync(request.build(), BodyHandlers.ofString());
    }
}
