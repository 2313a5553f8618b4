// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

import java.util.function.LongSupplier;

/**
 * The time of day in milliseconds. Unlike the monotonic clock, it continues while the machine is suspended, but it may
 * be set. So when the two disagree, nothing is certain until the server has been asked again.
 */
public final class WallClock {

    /** The source of the time, which tests replace. */
    static volatile LongSupplier source = System::currentTimeMillis;

    private WallClock() {}

    public static long millis() {
        return source.getAsLong();
    }
}
