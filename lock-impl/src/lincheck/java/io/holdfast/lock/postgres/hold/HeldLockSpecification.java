// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockState;

/** What a lock has to do, one operation after the other, while the server keeps it. */
public class HeldLockSpecification {

    private LockState state = LockState.HELD;
    private boolean asksToBeTold;

    public void hold() {}

    public void announce() {}

    public String release() {
        return end(LockState.RELEASED) ? "released" : "not held";
    }

    public void close() {
        end(LockState.RELEASED);
    }

    public String refresh() {
        return state == LockState.HELD ? "held" : "not held";
    }

    public LockState state() {
        return state;
    }

    public void onLost() {
        asksToBeTold = true;
    }

    public void lose() {
        end(LockState.LOST);
    }

    public void startEnding() {
        end(LockState.RELEASED);
    }

    public String whatBecameOfIt() {
        close();
        return state + (asksToBeTold && state == LockState.LOST ? ", and said so" : "");
    }

    private boolean end(LockState end) {
        boolean ends = state == LockState.HELD;
        state = ends ? end : state;
        return ends;
    }
}
