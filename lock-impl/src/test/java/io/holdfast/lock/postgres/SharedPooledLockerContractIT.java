// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.Locker;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.testkit.LockerContract;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** The contract on many locks that share few sessions of a pool. */
class SharedPooledLockerContractIT extends LockerContract {

    private static final HikariDataSource POOL = Databases.pool(10);

    @Override
    protected Locker newLocker(LockListener... listeners) {
        LockerConfig config = LockerConfig.DEFAULT.sessions(SessionMode.SHARED);
        return new PostgresLocker(config, ConnectionSource.of(POOL), List.of(listeners));
    }

    @AfterAll
    static void closePool() {
        POOL.close();
    }
}
