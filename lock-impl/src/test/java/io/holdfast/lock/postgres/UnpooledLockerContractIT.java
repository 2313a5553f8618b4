// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.Locker;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.testkit.LockerContract;
import java.util.List;
import javax.sql.DataSource;

/** The contract on a session of its own for every lock. */
class UnpooledLockerContractIT extends LockerContract {

    private final DataSource dataSource = Databases.SHARED.dataSource();

    @Override
    protected Locker newLocker(LockListener... listeners) {
        return new PostgresLocker(LockerConfig.DEFAULT, dataSource::getConnection, List.of(listeners));
    }
}
