// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.spi.LockListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Every attempt that the core makes, so that the guard's retries show. */
@ApplicationScoped
public class CountingListener implements LockListener {

    private final List<String> events = new CopyOnWriteArrayList<>();

    /** What happened since the last call. */
    public List<String> take() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    @Override
    public void acquired(LockHandle handle, Duration waited) {
        events.add("acquired");
    }

    @Override
    public void contended(LockRequest request, Duration waited) {
        events.add("contended");
    }

    @Override
    public void failed(LockRequest request, LockException failure) {
        events.add("failed");
    }

    @Override
    public void released(LockHandle handle, Duration held) {
        events.add("released");
    }
}
