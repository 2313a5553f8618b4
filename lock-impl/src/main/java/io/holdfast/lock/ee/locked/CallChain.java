// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The chain of {@code @Locked} methods that each thread runs at the moment. */
final class CallChain {

    /** The innermost call of each thread; removed when the outermost call has ended. */
    private final ThreadLocal<LockedCall> innermost = new ThreadLocal<>();

    /** Returns the innermost call of the calling thread; empty if the thread is in no {@code @Locked} method. */
    Optional<LockedCall> innermost() {
        return Optional.ofNullable(innermost.get());
    }

    /** Returns the calls of the calling thread, the innermost first; empty if the thread is in no such method. */
    List<LockedCall> calls() {
        List<LockedCall> calls = new ArrayList<>();
        for (Optional<LockedCall> call = innermost();
                call.isPresent();
                call = call.get().outer()) {
            calls.add(call.get());
        }
        return calls;
    }

    void enter(LockedCall call) {
        innermost.set(call);
    }

    void leave(LockedCall call) {
        call.outer().ifPresentOrElse(innermost::set, innermost::remove);
    }
}
