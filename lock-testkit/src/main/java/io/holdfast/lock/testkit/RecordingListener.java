// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Records what happens to locks, by the names of the listener's methods, so that a test can check it. Records
 * {@code acquired}, {@code contended}, {@code failed}, {@code refreshed}, {@code suspected}, {@code released} and
 * {@code lost}; a wait that timed out is recorded as {@code contended}, and a lapse as {@code released}. Thread-safe.
 *
 * @since 0.1.0
 */
public class RecordingListener implements LockListener {

    private final List<String> events = new CopyOnWriteArrayList<>();

    /** Creates a listener that has recorded nothing yet. */
    public RecordingListener() {}

    /**
     * Returns what has happened.
     *
     * @return the events, the oldest first
     */
    public List<String> events() {
        return List.copyOf(events);
    }

    /**
     * Returns what has happened since the last call of this method, and forgets it.
     *
     * @return the events, the oldest first
     */
    public List<String> take() {
        List<String> taken = events();
        taken.forEach(events::remove);
        return taken;
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
    public void failed(LockAttempt attempt, LockException failure) {
        events.add("failed");
    }

    @Override
    public void refreshed(LockAttempt attempt, LockHandle handle, Duration took) {
        events.add("refreshed");
    }

    @Override
    public void suspected(LockAttempt attempt, LockHandle handle) {
        events.add("suspected");
    }

    @Override
    public void released(LockAttempt attempt, LockHandle handle, Duration held) {
        events.add("released");
    }

    @Override
    public void lost(LockAttempt attempt, LockHandle handle, Duration held) {
        events.add("lost");
    }
}
