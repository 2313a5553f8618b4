// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.Locker;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.testkit.LockerContract;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The contract behind a pooler that keeps sessions apart. */
@Tag("pgbouncer")
class PgBouncerContractIT extends LockerContract {

    private static PgBouncer pooler;

    @BeforeAll
    static void startPooler() throws IOException, InterruptedException {
        pooler = PgBouncer.start(Databases.SHARED, "session");
    }

    @Override
    protected Locker newLocker(LockListener... listeners) {
        return new PostgresLocker(LockerConfig.DEFAULT, ConnectionSource.of(pooler.dataSource()), List.of(listeners));
    }

    @AfterAll
    static void stopPooler() throws IOException {
        pooler.close();
    }
}
