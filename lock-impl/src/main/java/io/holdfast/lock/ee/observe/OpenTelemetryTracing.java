// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.spi.LockAttempt;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Records spans of acquiring, holding, refreshing and releasing in OpenTelemetry, which MicroProfile Telemetry
 * provides. Acquiring and holding are children of the caller's span, one after the other, because the lock may be held
 * after the call that acquired it has returned. Without a caller's span, holding is a child of acquiring. Refreshing
 * and releasing are children of holding. Nothing is kept here for spans that are not sampled.
 */
class OpenTelemetryTracing implements StoppableListener {

    private static final String OUTCOME = "holdfast.lock.outcome";
    private static final String ERROR_TYPE = "error.type";
    private static final double MILLIS_PER_SECOND = 1e3;

    /** An attempt that has not ended. */
    private record Wait(Span span, Context caller) {}

    /** A lock that is held. The span of its release is null until the release begins. */
    private record Hold(Span span, @Nullable Span release) {}

    private final Map<LockAttempt, Wait> waits = new ConcurrentHashMap<>();

    private final Map<LockAttempt, Hold> holds = new ConcurrentHashMap<>();

    /** Written once, before use. */
    @SuppressWarnings("NullAway.Init")
    private Tracer tracer;

    private boolean withKeys;

    static OpenTelemetryTracing of(Surroundings surroundings) {
        OpenTelemetryTracing tracing = new OpenTelemetryTracing();
        tracing.start(
                surroundings.provided(OpenTelemetry.class).orElseGet(OpenTelemetry::noop), surroundings.tracesKeys());
        return tracing;
    }

    void start(OpenTelemetry telemetry, boolean withKeys) {
        this.tracer = telemetry.getTracer("io.holdfast.lock");
        this.withKeys = withKeys;
    }

    /** Ends the spans of what the locker, which is closed already, could not end in time. */
    @Override
    public void stop() {
        waits.keySet().forEach(this::waitEnded);
        holds.keySet().forEach(attempt -> ended(attempt, "unknown"));
    }

    @Override
    public void waitBegan(LockAttempt attempt) {
        Context caller = Context.current();
        Span span =
                span("acquire lock", attempt, attempt.request().ttl(), caller).startSpan();
        if (span.isRecording()) {
            waits.put(attempt, new Wait(span, caller));
        }
    }

    @Override
    public void queued(LockAttempt attempt) {
        Wait wait = waits.get(attempt);
        if (wait != null) {
            wait.span().addEvent("contended");
        }
    }

    @Override
    public void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {
        Wait wait = waits.remove(attempt);
        if (wait != null) {
            end(wait.span(), "granted");
            boolean called = Span.fromContext(wait.caller()).getSpanContext().isValid();
            Context parent = called ? wait.caller() : wait.caller().with(wait.span());
            holds.put(
                    attempt,
                    new Hold(span("hold lock", attempt, handle.ttl(), parent).startSpan(), null));
        }
    }

    @Override
    public void contended(LockAttempt attempt, Duration waited) {
        waitEnded(attempt, "contended");
    }

    @Override
    public void timedOut(LockAttempt attempt, Duration waited) {
        waitEnded(attempt, "timed_out");
    }

    @Override
    public void failed(LockAttempt attempt, LockException failure) {
        Wait wait = waits.get(attempt);
        if (wait != null) {
            fail(wait.span(), failure);
            waitEnded(attempt, "failed");
        }
    }

    @Override
    public void waitEnded(LockAttempt attempt) {
        waitEnded(attempt, "interrupted");
    }

    private void waitEnded(LockAttempt attempt, String outcome) {
        Wait wait = waits.remove(attempt);
        if (wait != null) {
            end(wait.span(), outcome);
        }
    }

    @Override
    public void refreshed(LockAttempt attempt, LockHandle handle, Duration took) {
        refresh(attempt, handle, null, took);
    }

    @Override
    public void refreshFailed(LockAttempt attempt, LockHandle handle, RuntimeException failure, Duration took) {
        refresh(attempt, handle, failure, took);
    }

    private void refresh(LockAttempt attempt, LockHandle handle, @Nullable RuntimeException failure, Duration took) {
        Hold hold = holds.get(attempt);
        if (hold != null) {
            Instant end = Instant.now();
            Span span = childOf(hold, "refresh lock", attempt, handle)
                    .setStartTimestamp(end.minus(took))
                    .startSpan();
            if (failure != null) {
                fail(span, failure);
            }
            span.setAttribute(OUTCOME, failure == null ? "refreshed" : "failed").end(end);
        }
    }

    @Override
    public void releaseBegan(LockAttempt attempt, LockHandle handle) {
        holds.computeIfPresent(
                attempt,
                (same, hold) -> new Hold(
                        hold.span(),
                        childOf(hold, "release lock", attempt, handle).startSpan()));
    }

    @Override
    public void released(LockAttempt attempt, LockHandle handle, Duration held) {
        ended(attempt, "released");
    }

    @Override
    public void lapsed(LockAttempt attempt, LockHandle handle, Duration held) {
        endedBadly(attempt, "lapsed");
    }

    @Override
    public void lost(LockAttempt attempt, LockHandle handle, Duration held) {
        endedBadly(attempt, "lost");
    }

    private void endedBadly(LockAttempt attempt, String outcome) {
        Hold hold = holds.get(attempt);
        if (hold != null) {
            hold.span().setStatus(StatusCode.ERROR).setAttribute(ERROR_TYPE, outcome);
            ended(attempt, outcome);
        }
    }

    private void ended(LockAttempt attempt, String outcome) {
        Hold hold = holds.remove(attempt);
        if (hold != null) {
            if (hold.release() != null) {
                end(hold.release(), outcome);
            }
            end(hold.span(), outcome);
        }
    }

    private static void end(Span span, String outcome) {
        span.setAttribute(OUTCOME, outcome).end();
    }

    /** Records the id of the message only, because the message may contain the key, and its causes may contain more. */
    private static void fail(Span span, RuntimeException failure) {
        Optional<String> id = failure instanceof LockException ofLock ? ofLock.id() : Optional.empty();
        span.setStatus(StatusCode.ERROR, id.orElse(""));
        span.setAttribute(ERROR_TYPE, failure.getClass().getName());
    }

    /** Linked to the caller's span if that is of another trace. */
    private SpanBuilder childOf(Hold hold, String name, LockAttempt attempt, LockHandle handle) {
        SpanBuilder builder = span(name, attempt, handle.ttl(), Context.root().with(hold.span()));
        SpanContext caller = Span.current().getSpanContext();
        boolean elsewhere = caller.isValid()
                && !caller.getTraceId().equals(hold.span().getSpanContext().getTraceId());
        return elsewhere ? builder.addLink(caller) : builder;
    }

    private SpanBuilder span(String name, LockAttempt attempt, Duration ttl, Context parent) {
        LockRequest request = attempt.request();
        SpanBuilder builder = tracer.spanBuilder(name)
                .setParent(parent)
                .setAttribute("holdfast.lock.id", attempt.lockId())
                .setAttribute("holdfast.lock.name", request.name())
                .setAttribute("holdfast.lock.mode", request.mode().name().toLowerCase(Locale.ROOT))
                .setAttribute("holdfast.lock.namespace", attempt.namespace());
        if (withKeys) {
            builder.setAttribute("holdfast.lock.key", request.key());
        }
        if (!ttl.equals(LockRequest.UNLIMITED)) {
            builder.setAttribute("holdfast.lock.ttl", ttl.toMillis() / MILLIS_PER_SECOND);
        }
        return builder;
    }
}
