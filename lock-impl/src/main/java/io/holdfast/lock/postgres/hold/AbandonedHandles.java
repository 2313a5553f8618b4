// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds handles that their holders have dropped without a release. */
final class AbandonedHandles {

    private static final class Trace extends PhantomReference<Object> {

        private final Runnable release;

        Trace(Object handle, ReferenceQueue<Object> queue, Runnable release) {
            super(handle, queue);
            this.release = release;
        }
    }

    /** The watch of the handle of one lock, which needs no watch any more when the lock has ended. */
    final class Watch {

        /** Null before the holder has its handle. */
        private volatile @Nullable Trace trace;

        private volatile boolean ended;

        /**
         * Watches the handle, unless the watch has ended.
         *
         * @param release the action to run if the handle is dropped; must not refer to the handle
         */
        void start(Object handle, Runnable release) {
            Trace added = new Trace(handle, dropped, release);
            traces.add(added);
            trace = added;
            if (ended) {
                removeTrace();
            }
        }

        /** Ends the watch if this is true, and returns it. */
        boolean endIf(boolean over) {
            if (over) {
                ended = true;
                removeTrace();
            }
            return over;
        }

        /** How many handles of the locker are watched. */
        int watched() {
            return traces.size();
        }

        private void removeTrace() {
            Trace added = trace;
            if (added != null) {
                added.clear();
                traces.remove(added);
            }
        }
    }

    private final ReferenceQueue<Object> dropped = new ReferenceQueue<>();

    /** Keeps the references reachable, because a reference that is collected itself is never queued. */
    private final Set<Trace> traces = ConcurrentHashMap.newKeySet();

    Watch newWatch() {
        return new Watch();
    }

    /** Passes on the actions of the handles that the garbage collector has found to be dropped since the last call. */
    void forEach(Consumer<Runnable> action) {
        for (Trace trace = (Trace) dropped.poll(); trace != null; trace = (Trace) dropped.poll()) {
            traces.remove(trace);
            action.accept(trace.release);
        }
    }
}
