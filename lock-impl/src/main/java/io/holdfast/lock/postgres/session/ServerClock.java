// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The server's clock, as far as it is known on this side from an answer of the server. The clock may be set, so it is
 * read again after this time.
 */
final class ServerClock {

    private static final Duration VALID = Duration.ofSeconds(1);

    /** Microseconds since 1970. */
    private long micros;

    private long readNanos;
    private boolean read;

    /**
     * Notes an answer that has just arrived. So the time that is derived from it is not in the future.
     *
     * @param micros the server's clock, in microseconds since 1970
     */
    void read(long micros) {
        this.micros = micros;
        this.readNanos = System.nanoTime();
        this.read = true;
    }

    /**
     * The server's time, in seconds since 1970; null if it has to be asked for.
     *
     * @param now the value of {@link System#nanoTime}
     */
    @Nullable
    Long seconds(long now) {
        long passed = now - readNanos;
        return read && passed < VALID.toNanos()
                ? (Long) TimeUnit.MICROSECONDS.toSeconds(micros + TimeUnit.NANOSECONDS.toMicros(passed))
                : null;
    }
}
