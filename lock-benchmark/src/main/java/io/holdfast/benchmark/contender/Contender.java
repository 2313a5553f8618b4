// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.contender;

import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** All that the benchmark asks of a lock. The thread that has acquired it releases it. */
public interface Contender extends AutoCloseable {

    /** Returns what {@link #release} takes, or null if the key is held by somebody else now. */
    @Nullable
    Object tryAcquire(String key) throws Exception;

    /** Returns what {@link #release} takes, or null if the key was not available in time. */
    @Nullable
    Object acquire(String key, Duration atMost) throws Exception;

    /** Releases a lock. */
    void release(Object held) throws Exception;

    @Override
    default void close() throws SQLException {
        // Most have nothing to close.
    }
}
