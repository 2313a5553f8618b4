// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Finds handles that their holders have dropped without a release. */
final class AbandonedHandles {

    private static final class Trace extends PhantomReference<Object> {

        private final Runnable release;

        Trace(Object handle, ReferenceQueue<Object> queue, Runnable release) {
            super(handle, queue);
            this.release = release;
        }
    }

    private final ReferenceQueue<Object> dropped = new ReferenceQueue<>();

    /** Keeps the references reachable, because a reference that is collected itself is never queued. */
    private final Set<Trace> traces = ConcurrentHashMap.newKeySet();

    /**
     * Watches a handle.
     *
     * @param release the action to run if the handle is dropped; must not refer to the handle
     */
    void watch(Object handle, Runnable release) {
        traces.add(new Trace(handle, dropped, release));
    }

    /** Passes on the actions of the handles that the garbage collector has found to be dropped since the last call. */
    void forEach(Consumer<Runnable> action) {
        for (Trace trace = (Trace) dropped.poll(); trace != null; trace = (Trace) dropped.poll()) {
            traces.remove(trace);
            action.accept(trace.release);
        }
    }
}
