// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

import java.time.Duration;

/** Measures time with the monotonic clock. */
public final class Elapsed {

    private Elapsed() {}

    /** {@return the time that has passed since this value of {@link System#nanoTime}} */
    public static Duration since(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }
}
