// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.Locker;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.testkit.LockerContract;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** The contract on pinned sessions of a pool. */
class PooledLockerContractIT extends LockerContract {

    private static final HikariDataSource POOL = Databases.pool(10);

    @Override
    protected Locker newLocker(LockListener... listeners) {
        return new PostgresLocker(LockerConfig.DEFAULT, POOL::getConnection, List.of(listeners));
    }

    @AfterAll
    static void closePool() {
        POOL.close();
    }
}
