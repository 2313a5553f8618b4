// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.it.Collector.Span;
import io.holdfast.lock.it.beans.TracedBean;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What servers with MicroProfile Telemetry export of locks, by the OpenTelemetry protocol. */
@Tag("opentelemetry")
@ArquillianTest
@RunAsClient
public class TracingIT {

    private static final Collector COLLECTOR = Collector.start();
    private static final String CALLER = "00f067aa0ba902b7";
    private static final int ERROR = 2;

    @Deployment(name = "tracing", testable = false)
    static WebArchive traced() {
        return Archives.war("tracing", COLLECTOR.settings(), TracedResource.class, TracedBean.class);
    }

    @Deployment(name = "tracing-hidden", testable = false)
    static WebArchive hidden() {
        Map<String, String> settings = new HashMap<>(COLLECTOR.settings());
        settings.put("holdfast.trace-keys", "false");
        return Archives.war("tracing-hidden", settings, TracedResource.class, TracedBean.class);
    }

    @AfterAll
    static void close() {
        COLLECTOR.close();
    }

    @Test
    @DisplayName("the lock of a @Locked method is part of the trace of the request that calls it")
    void shouldTraceLockedMethod() throws Exception {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        List<Span> spans = spansOf(trace, "tracing/traced/locked/42", 5);

        Span request = named(spans, "acquire lock", "granted");
        Span hold = named(spans, "hold lock", "released");
        Span server = spans.stream()
                .filter(span -> span.spanId().equals(request.parentId()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(spans));
        assertEquals(CALLER, server.parentId(), spans.toString());
        assertEquals(server.spanId(), hold.parentId());
        assertEquals(hold.spanId(), named(spans, "refresh lock", "refreshed").parentId());
        assertEquals(hold.spanId(), named(spans, "release lock", "released").parentId());
        assertEquals("traced/42", hold.attributes().get("holdfast.lock.key"));
        assertEquals("traced/#{id}", hold.attributes().get("holdfast.lock.name"));
        assertEquals("exclusive", hold.attributes().get("holdfast.lock.mode"));
        assertEquals(30.0, hold.attributes().get("holdfast.lock.ttl"));
        assertEquals(0L, hold.attributes().get("holdfast.lock.namespace"));
        assertNotEquals(0L, hold.attributes().get("holdfast.lock.id"));
        assertFalse(spans.stream().anyMatch(span -> span.status() == ERROR), spans.toString());
    }

    @Test
    @DisplayName("contention is traced and is not an error; the same is true of a lock that is acquired and released on"
            + " different threads")
    void shouldTraceContention() throws Exception {
        List<Span> spans = spansOf("5bf92f3577b34da6a3ce929d0e0e4736", "tracing/traced/contended/43", 8);

        assertTrue(named(spans, "acquire lock", "contended").events().isEmpty());
        assertEquals(
                1,
                spans.stream()
                        .filter(span -> span.name().equals("acquire lock"))
                        .filter(span -> span.events().equals(List.of("contended")))
                        .count(),
                spans.toString());
        assertEquals(
                1,
                spans.stream()
                        .filter(span -> Stream.of("acquire lock", "hold lock").anyMatch(span.name()::equals))
                        .map(Span::parentId)
                        .distinct()
                        .count(),
                spans.toString());
        assertFalse(spans.stream().anyMatch(span -> span.status() == ERROR), spans.toString());
    }

    @Test
    @DisplayName("keys are hidden in traces if holdfast.trace-keys is false")
    void shouldHideKeys() throws Exception {
        List<Span> spans = spansOf("6bf92f3577b34da6a3ce929d0e0e4736", "tracing-hidden/traced/locked/44", 5);

        Span hold = named(spans, "hold lock", "released");
        assertEquals("traced/#{id}", hold.attributes().get("holdfast.lock.name"));
        assertFalse(
                spans.stream().anyMatch(span -> span.attributes().containsKey("holdfast.lock.key")), spans.toString());
    }

    @Test
    @Tag("opentelemetry-metrics")
    @DisplayName("lock metrics are recorded with OpenTelemetry and exported by the server")
    void shouldExportMetrics() throws Exception {
        get("tracing/traced/locked/45", "7bf92f3577b34da6a3ce929d0e0e4736");

        PgLocks.eventually(
                "metrics",
                () -> COLLECTOR
                        .metrics()
                        .containsAll(List.of(
                                "holdfast.lock.acquire.duration",
                                "holdfast.lock.hold.duration",
                                "holdfast.lock.held",
                                "holdfast.lock.waiting",
                                "holdfast.lock.refreshed",
                                "holdfast.lock.released")));
    }

    private List<Span> spansOf(String trace, String path, int atLeast) throws Exception {
        get(path, trace);
        PgLocks.eventually(
                "the spans of " + path + ": " + COLLECTOR.spans(trace),
                () -> COLLECTOR.spans(trace).size() >= atLeast);
        return COLLECTOR.spans(trace);
    }

    private static void get(String path, String trace) {
        HttpResponse<String> response =
                Http.send(Http.request(path).header("traceparent", "00-" + trace + "-" + CALLER + "-01"));
        assertEquals(200, response.statusCode(), response.body());
        assertEquals(path.substring(path.lastIndexOf('/') + 1), response.body());
    }

    /** The only one of this name and outcome. */
    private static Span named(List<Span> spans, String name, String outcome) {
        List<Span> found = spans.stream()
                .filter(span -> span.name().equals(name)
                        && outcome.equals(span.attributes().get("holdfast.lock.outcome")))
                .toList();
        assertEquals(1, found.size(), name + " in " + spans);
        return found.get(0);
    }
}
