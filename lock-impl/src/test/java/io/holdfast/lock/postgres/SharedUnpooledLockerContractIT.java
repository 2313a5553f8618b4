// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.Locker;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.testkit.LockerContract;
import java.util.List;
import javax.sql.DataSource;

/** The contract on many locks that share few sessions, without a pool. */
class SharedUnpooledLockerContractIT extends LockerContract {

    private final DataSource dataSource = Databases.SHARED.dataSource();

    @Override
    protected Locker newLocker(LockListener... listeners) {
        LockerConfig config = LockerConfig.DEFAULT.sessions(SessionMode.SHARED);
        return new PostgresLocker(config, ConnectionSource.of(dataSource), List.of(listeners));
    }
}
