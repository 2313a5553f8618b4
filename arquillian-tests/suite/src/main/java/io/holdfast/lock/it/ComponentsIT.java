// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.it.beans.LockedBatchlet;
import io.holdfast.lock.it.beans.LockedEndpoint;
import io.holdfast.lock.it.beans.LockedFilter;
import io.holdfast.lock.it.beans.LockedResource;
import io.holdfast.lock.it.beans.SessionBean;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Components that the container creates run under their locks, whatever creates them. */
@ArquillianTest
@RunAsClient
public class ComponentsIT {

    @Deployment(testable = false)
    static WebArchive components() {
        return Archives.war(
                        "components",
                        ComponentsApi.class,
                        LockedBatchlet.class,
                        LockedEndpoint.class,
                        LockedFilter.class,
                        LockedResource.class,
                        SessionBean.class)
                .addAsResource(
                        Archives.text("<job id='locked' xmlns='https://jakarta.ee/xml/ns/jakartaee' version='2.0'>"
                                + "<step id='only'><batchlet ref='lockedBatchlet'/></step></job>"),
                        "META-INF/batch-jobs/locked.xml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"resource", "session", "filter", "batch"})
    @DisplayName("a REST resource without a scope, a session-scoped bean, a filter and a batchlet referenced by its"
            + " bean name run under their locks")
    void shouldRunUnderLock(String component) {
        HttpResponse<String> response = Http.get("components/api/" + component);

        assertEquals("[component/" + component + "]", response.body());
    }

    @Test
    @DisplayName("a WebSocket endpoint handles messages under its lock")
    void shouldHandleMessagesUnderLock() throws Exception {
        URI uri = URI.create(Environment.url().replaceFirst("http", "ws") + "/components/socket");
        CompletableFuture<String> answer = new CompletableFuture<>();
        WebSocket socket = Http.CLIENT
                .newWebSocketBuilder()
                .buildAsync(uri, new Answer(answer))
                .get(30, TimeUnit.SECONDS);
        try {
            socket.sendText("held: ", true);

            assertEquals("held: [component/socket]", answer.get(30, TimeUnit.SECONDS));
        } finally {
            socket.abort();
        }
    }

    /** Completes with the first message. */
    private record Answer(CompletableFuture<String> message) implements WebSocket.Listener {

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            message.complete(data.toString());
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            message.completeExceptionally(error);
        }
    }
}
