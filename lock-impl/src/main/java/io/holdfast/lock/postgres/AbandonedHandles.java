// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Finds handles that their holders have dropped without a release. */
final class AbandonedHandles {

    private static final class Trace extends PhantomReference<Handle> {

        private final HeldLock lock;

        Trace(Handle handle, ReferenceQueue<Handle> queue) {
            super(handle, queue);
            this.lock = handle.lock();
        }
    }

    private final ReferenceQueue<Handle> dropped = new ReferenceQueue<>();

    /** A reference that is itself dropped is never queued. */
    private final Set<Trace> traces = ConcurrentHashMap.newKeySet();

    void watch(Handle handle) {
        traces.add(new Trace(handle, dropped));
    }

    /** Passes on the locks of all handles that the garbage collector has found meanwhile, whatever their state. */
    void forEach(Consumer<HeldLock> action) {
        for (Trace trace = (Trace) dropped.poll(); trace != null; trace = (Trace) dropped.poll()) {
            traces.remove(trace);
            action.accept(trace.lock);
        }
    }
}
