// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes everything that a listener can hear, by the names of its methods. Thread-safe. */
final class EventRecord implements LockListener {

    private static final Set<String> ENDS = Set.of("releaseBegan", "released", "lapsed", "lost");

    private final List<String> events = new CopyOnWriteArrayList<>();

    /** The oldest first. */
    List<String> events() {
        return List.copyOf(events);
    }

    /** What was reported of the ends of locks. */
    List<String> ends() {
        return events.stream().filter(ENDS::contains).toList();
    }

    @Override
    public void waitBegan(LockAttempt attempt) {
        events.add("waitBegan");
    }

    @Override
    public void queued(LockAttempt attempt) {
        events.add("queued");
    }

    @Override
    public void waitEnded(LockAttempt attempt) {
        events.add("waitEnded");
    }

    @Override
    public void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {
        events.add("acquired");
    }

    @Override
    public void contended(LockAttempt attempt, Duration waited) {
        events.add("contended");
    }

    @Override
    public void timedOut(LockAttempt attempt, Duration waited) {
        events.add("timedOut");
    }

    @Override
    public void failed(LockAttempt attempt, LockException failure) {
        events.add("failed");
    }

    @Override
    public void refreshed(LockAttempt attempt, LockHandle handle, Duration took) {
        events.add("refreshed");
    }

    @Override
    public void refreshFailed(LockAttempt attempt, LockHandle handle, RuntimeException failure, Duration took) {
        events.add("refreshFailed");
    }

    @Override
    public void suspected(LockAttempt attempt, LockHandle handle) {
        events.add("suspected");
    }

    @Override
    public void releaseBegan(LockAttempt attempt, LockHandle handle) {
        events.add("releaseBegan");
    }

    @Override
    public void released(LockAttempt attempt, LockHandle handle, Duration held) {
        events.add("released");
    }

    @Override
    public void lapsed(LockAttempt attempt, LockHandle handle, Duration held) {
        events.add("lapsed");
    }

    @Override
    public void lost(LockAttempt attempt, LockHandle handle, Duration held) {
        events.add("lost");
    }
}
