// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.web;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The pages that are open: each is sent the state twice a second. */
@ApplicationScoped
public class Audience {

    private static final long INTERVAL_MILLIS = 500;
    private static final Duration FRESH = Duration.ofMillis(400);
    private static final System.Logger LOG = System.getLogger(Audience.class.getName());

    @Inject
    private State state;

    @Resource
    private ManagedScheduledExecutorService scheduler;

    private final Map<SseEventSink, Sse> pages = new ConcurrentHashMap<>();
    private ScheduledFuture<?> telling;

    @PostConstruct
    void start() {
        telling = scheduler.scheduleWithFixedDelay(
                this::tellAll, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void stop() {
        telling.cancel(true);
        pages.keySet().forEach(this::leave);
    }

    /**
     * Adds a page, which stays until it goes away.
     *
     * @param page where to send the state
     * @param sse makes what is sent
     */
    public void join(SseEventSink page, Sse sse) {
        pages.put(page, sse);
    }

    /** An exception would end the schedule. */
    private void tellAll() {
        pages.keySet().stream().filter(SseEventSink::isClosed).forEach(this::leave);
        if (pages.isEmpty()) {
            return;
        }
        try {
            String json = state.current(FRESH).toString();
            pages.forEach((page, sse) -> tell(page, sse, json));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the open pages did not get the state", e);
        }
    }

    private void tell(SseEventSink page, Sse sse, String json) {
        OutboundSseEvent event = sse.newEventBuilder()
                .name("state")
                .mediaType(MediaType.APPLICATION_JSON_TYPE)
                .data(String.class, json)
                .build();
        try {
            page.send(event).whenComplete((sent, failure) -> {
                if (failure != null) {
                    leave(page);
                }
            });
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "a page has gone away", e);
            leave(page);
        }
    }

    private void leave(SseEventSink page) {
        pages.remove(page);
        try {
            page.close();
        } catch (Exception e) {
            LOG.log(Level.DEBUG, "a page has gone away", e);
        }
    }
}
