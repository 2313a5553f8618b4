// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

import java.time.Duration;

/** Sets the wall clock of all lockers in this JVM. */
public final class SetClock {

    private SetClock() {}

    public static void forward(Duration by) {
        WallClock.source = () -> System.currentTimeMillis() + by.toMillis();
    }

    public static void back() {
        WallClock.source = System::currentTimeMillis;
    }
}
