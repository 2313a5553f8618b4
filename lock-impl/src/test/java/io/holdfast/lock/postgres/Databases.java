// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.testkit.TestDatabase;

/** The database of all tests of one JVM. It stops with the JVM. */
final class Databases {

    static final TestDatabase SHARED = TestDatabase.start();

    private Databases() {}

    static HikariDataSource pool(int size) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(SHARED.dataSource());
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(30_000);
        return new HikariDataSource(config);
    }
}
