// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.Locker;
import io.holdfast.lock.integration.StandaloneLocker;
import io.holdfast.lock.integration.StandaloneLockerBuilder;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.testkit.LockerContract;
import org.junit.jupiter.api.AfterAll;

/** The contract on pinned sessions of a pool, with the locker that a program builds without a container. */
class PooledLockerContractIT extends LockerContract {

    private static final HikariDataSource POOL = Databases.pool(10);

    @Override
    protected Locker newLocker(LockListener... listeners) {
        StandaloneLockerBuilder builder = StandaloneLocker.builder(POOL);
        for (LockListener listener : listeners) {
            builder.listener(listener);
        }
        return builder.build();
    }

    @AfterAll
    static void closePool() {
        POOL.close();
    }
}
