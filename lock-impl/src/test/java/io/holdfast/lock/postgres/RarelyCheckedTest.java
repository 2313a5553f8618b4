// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import java.time.Duration;

/**
 * A locker on a small pool. It asks the server so rarely that what a test does to a lock is found by the next call.
 */
abstract class RarelyCheckedTest extends LockerTest {

    static final Duration BRIEF = Duration.ofMillis(300);
    static final int POOL_SIZE = 3;

    /** Waits in several slices, and asks the server so rarely that what a test does to a lock is found by the call after it. */
    private static final LockerConfig RARELY_CHECKED =
            CONFIG.waitSlice(Duration.ofSeconds(2)).checkInterval(LockerConfig.DEFAULT.checkInterval());

    /** On a source that does not tell how many connections it has. */
    final PostgresLocker locker = locker(pool::getConnection);

    RarelyCheckedTest() {
        super(POOL_SIZE);
    }

    final PostgresLocker locker(ConnectionSource source) {
        return locker(RARELY_CHECKED, source);
    }
}
