// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.postgres.sql.SessionName;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The name that a session shows, as far as it is known on this side. It contains the time of the grant, which may be
 * this inaccurate, since a change of the name costs time.
 */
final class ShownName {

    private static final Duration ACCURACY = Duration.ofSeconds(1);

    /** Null before the session is ready. */
    private @Nullable SessionName shown;

    private long setNanos;

    /**
     * Whether a grant has to change the name.
     *
     * @param name what the session has to show
     * @param waits whether the grant may come at any time
     */
    boolean differsFrom(SessionName name, boolean waits) {
        return waits || !name.equals(shown) || System.nanoTime() - setNanos >= ACCURACY.toNanos();
    }

    /** The name, if it shows a time that is too old by now; null otherwise, and before the session is ready. */
    @Nullable
    SessionName ifOld() {
        return System.nanoTime() - setNanos >= ACCURACY.toNanos() ? shown : null;
    }

    /** Notes that the session shows this name with the time of this moment. */
    void set(SessionName name, long nanos) {
        shown = name;
        setNanos = nanos;
    }
}
