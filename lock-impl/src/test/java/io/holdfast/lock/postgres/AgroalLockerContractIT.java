// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.agroal.api.AgroalDataSource;
import io.holdfast.lock.Locker;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.testkit.LockerContract;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** The contract on pinned sessions of another pool, the one that WildFly and Quarkus can use. */
class AgroalLockerContractIT extends LockerContract {

    private static final AgroalDataSource POOL = Databases.agroal(10);

    @Override
    protected Locker newLocker(LockListener... listeners) {
        return new PostgresLocker(LockerConfig.DEFAULT, ConnectionSource.of(POOL), List.of(listeners));
    }

    @AfterAll
    static void closePool() {
        POOL.close();
    }
}
