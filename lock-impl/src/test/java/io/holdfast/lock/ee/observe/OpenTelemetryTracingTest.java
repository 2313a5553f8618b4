// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.testkit.InMemoryLocker;
import io.holdfast.lock.testkit.InMemoryLocks;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OpenTelemetryTracingTest {

    private static final String NO_PARENT = "0000000000000000";
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final OpenTelemetryTracing tracing = new OpenTelemetryTracing();
    private final Semaphore queued = new Semaphore(0);
    private final LockListener waits = new LockListener() {
        @Override
        public void queued(LockAttempt attempt) {
            queued.release();
        }
    };
    private final InMemoryLocks locks = new InMemoryLocks();
    private final InMemoryLocker elsewhere = new InMemoryLocks().newLocker();
    private final InMemoryLocker locker = locks.newLocker(7, tracing, waits);
    private final InMemoryLocker rival = locks.newLocker(7);
    private final LockRequest request = LockRequest.of("order/42").name("order").ttl(Duration.ofMillis(60_500));
    private final Tracer tracer = start(Sampler.alwaysOn(), true);

    private Tracer start(Sampler sampler, boolean withKeys) {
        OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setSampler(sampler)
                        .addSpanProcessor(SimpleSpanProcessor.create(spans))
                        .build())
                .build();
        tracing.start(sdk, withKeys);
        return sdk.getTracer("test");
    }

    @Test
    @DisplayName("a granted lock is a span of its acquisition and one of its hold, children of the caller's")
    void shouldTraceGrantHoldRefreshAndRelease() throws InterruptedException {
        Span caller = tracer.spanBuilder("caller").startSpan();
        try (Scope scope = caller.makeCurrent()) {
            LockHandle handle = locker.acquire(request);
            handle.refresh(Duration.ofSeconds(90));
            handle.release();
        }
        caller.end();

        SpanData acquire = span("acquire lock");
        SpanData hold = span("hold lock");
        assertEquals(5, spans.getFinishedSpanItems().size());
        assertEquals(caller.getSpanContext().getSpanId(), acquire.getParentSpanId());
        assertEquals(caller.getSpanContext().getSpanId(), hold.getParentSpanId());
        assertEquals(hold.getSpanId(), span("refresh lock").getParentSpanId());
        assertEquals(hold.getSpanId(), span("release lock").getParentSpanId());
        assertTrue(acquire.getEndEpochNanos() <= hold.getStartEpochNanos());
        assertEquals(
                Attributes.builder()
                        .put("holdfast.lock.key", "order/42")
                        .put("holdfast.lock.id", locker.lockId("order/42"))
                        .put("holdfast.lock.name", "order")
                        .put("holdfast.lock.mode", "exclusive")
                        .put("holdfast.lock.ttl", 60.5)
                        .put("holdfast.lock.namespace", 7)
                        .put("holdfast.lock.outcome", "granted")
                        .build()
                        .asMap(),
                acquire.getAttributes().asMap());
        assertEquals("released", outcome(hold));
        assertEquals("refreshed", outcome(span("refresh lock")));
        assertEquals(90.0, span("refresh lock").getAttributes().get(AttributeKey.doubleKey("holdfast.lock.ttl")));
        assertEquals("released", outcome(span("release lock")));
        spans.getFinishedSpanItems()
                .forEach(span -> assertEquals(StatusData.unset(), span.getStatus(), span.getName()));
    }

    @Test
    @DisplayName("the spans of acquireAsync are children of the span that was current where it was called")
    void shouldKnowTheCallerOfAsync() throws Exception {
        Span caller = tracer.spanBuilder("caller").startSpan();
        CompletableFuture<LockHandle> granted;
        try (LockHandle held = rival.acquire(request)) {
            try (Scope scope = caller.makeCurrent()) {
                granted = locker.acquireAsync(request.mode(LockMode.SHARED));
            }
            assertTrue(held.isHeld());
        }
        LockHandle handle = granted.get(1, TimeUnit.MINUTES);
        Span other = tracer.spanBuilder("other").startSpan();
        try (Scope scope = other.makeCurrent()) {
            handle.release();
        }
        caller.end();

        for (String name : List.of("acquire lock", "hold lock")) {
            assertEquals(caller.getSpanContext().getSpanId(), span(name).getParentSpanId());
            assertEquals("shared", span(name).getAttributes().get(AttributeKey.stringKey("holdfast.lock.mode")));
        }
        assertEquals(
                List.of("contended"),
                span("acquire lock").getEvents().stream()
                        .map(event -> event.getName())
                        .toList());
        assertEquals(
                other.getSpanContext(), span("release lock").getLinks().get(0).getSpanContext());
    }

    @Test
    @DisplayName("without a caller's span, a lock is a trace of its own")
    void shouldStartATrace() throws InterruptedException {
        locker.acquire(request).close();

        assertEquals(NO_PARENT, span("acquire lock").getParentSpanId());
        assertEquals(span("acquire lock").getSpanId(), span("hold lock").getParentSpanId());
        assertTrue(span("acquire lock").getEvents().isEmpty());
    }

    @Test
    @DisplayName("contention, a wait that times out and an interruption are not errors")
    void shouldTellOutcomesApart() throws Exception {
        try (LockHandle held = rival.acquire(request)) {
            assertTrue(locker.tryAcquire(request).isEmpty());
            assertOutcome("acquire lock", "contended", StatusData.unset());
            assertThrows(LockNotAcquiredException.class, () -> locker.acquire(request, SHORT));
            assertOutcome("acquire lock", "timed_out", StatusData.unset());

            Thread thread = new Thread(() -> assertThrows(InterruptedException.class, () -> locker.acquire(request)));
            thread.start();
            queued.acquire(2);
            thread.interrupt();
            thread.join();
            assertOutcome("acquire lock", "interrupted", StatusData.unset());
            locker.acquireAsync(request).cancel(true);
            assertOutcome("acquire lock", "interrupted", StatusData.unset());
            assertTrue(held.isHeld());
        }
    }

    @Test
    @DisplayName("a failure is an error, of which the type and the id of its message are shown and nothing else")
    void shouldTellFailures() {
        LockAttempt attempt = new LockAttempt(request, LONG, 0, 42);
        tracing.waitBegan(attempt);
        tracing.failed(
                attempt,
                new LockUnavailableException(
                        "HOLDFAST-0004: the database cannot be asked", new Exception("password=secret")));
        tracing.waitEnded(attempt);

        SpanData acquire = span("acquire lock");
        assertEquals(LockUnavailableException.class.getName(), error(acquire));
        assertTrue(acquire.getEvents().isEmpty());
        assertOutcome("acquire lock", "failed", StatusData.create(StatusCode.ERROR, "HOLDFAST-0004"));
    }

    @Test
    @DisplayName("a lock that is lost ends its span at once, as an error")
    void shouldTellLoss() throws InterruptedException {
        LockHandle handle = locker.acquire(request);
        locks.lose(request.key());

        assertEquals("lost", error(span("hold lock")));
        assertOutcome("hold lock", "lost", StatusData.error());
        assertThrows(LockNotHeldException.class, () -> handle.refresh(LONG));
        handle.close();
        assertTrue(spans.getFinishedSpanItems().isEmpty());
    }

    @Test
    @DisplayName("a lock that is released after its ttl is recorded as lapsed, and a refresh of it as failed")
    void shouldTellLapse() throws InterruptedException {
        LockHandle handle = locker.acquire(request.ttl(Duration.ofMillis(1)));
        while (handle.state() != LockState.LAPSED) {
            Thread.onSpinWait();
        }
        assertThrows(LockNotHeldException.class, () -> handle.refresh(LONG));

        assertEquals("lapsed", outcome(span("release lock")));
        assertOutcome("hold lock", "lapsed", StatusData.error());
    }

    @Test
    @DisplayName("keys can be hidden")
    void shouldHideKeys() throws Exception {
        start(Sampler.alwaysOn(), false);
        try (LockHandle handle = locker.acquire(request)) {
            handle.refresh(LONG);
            assertTrue(locker.tryAcquire(request).isEmpty());
        }

        assertEquals(5, spans.getFinishedSpanItems().size());
        for (SpanData span : spans.getFinishedSpanItems()) {
            assertNull(span.getAttributes().get(AttributeKey.stringKey("holdfast.lock.key")));
            assertFalse(span.toString().contains(request.key()), span.toString());
        }
    }

    @Test
    @DisplayName("no span stays open when the locker and the application have ended")
    void shouldEndAllSpans() throws InterruptedException {
        locker.acquire(request);
        LockAttempt waiting = new LockAttempt(request, LONG, 0, 42);
        tracing.waitBegan(waiting);
        LockAttempt unended = new LockAttempt(request, LONG, 0, 42);
        tracing.waitBegan(unended);
        tracing.acquired(unended, elsewhere.acquire(request), LONG);
        locker.close();
        assertOutcome("hold lock", "released", StatusData.unset());
        spans.reset();

        tracing.stop();
        assertEquals("interrupted", outcome(span("acquire lock")));
        assertEquals("unknown", outcome(span("hold lock")));
    }

    @Test
    @DisplayName("neither a span that is not sampled nor a no-op tracer leaves anything behind")
    void shouldDoNothingUnsampled() throws InterruptedException {
        start(Sampler.alwaysOff(), true);
        LockHandle unsampled = locker.acquire(request);
        tracing.start(OpenTelemetry.noop(), true);
        LockHandle unheard = locker.acquire(LockRequest.of("order/43"));
        start(Sampler.alwaysOn(), true);
        unsampled.close();
        unheard.close();
        tracing.stop();

        assertTrue(spans.getFinishedSpanItems().isEmpty());
    }

    private void assertOutcome(String name, String outcome, StatusData status) {
        assertEquals(outcome, outcome(span(name)));
        assertEquals(status, span(name).getStatus());
        spans.reset();
    }

    /** The only one of this name. */
    private SpanData span(String name) {
        List<SpanData> found = spans.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
        assertEquals(1, found.size(), name + " in " + spans.getFinishedSpanItems());
        return found.get(0);
    }

    private static String outcome(SpanData span) {
        return span.getAttributes().get(AttributeKey.stringKey("holdfast.lock.outcome"));
    }

    private static String error(SpanData span) {
        return span.getAttributes().get(AttributeKey.stringKey("error.type"));
    }
}
