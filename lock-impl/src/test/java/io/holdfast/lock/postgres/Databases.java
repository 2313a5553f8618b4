// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.exceptionsorter.PostgreSQLExceptionSorter;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/** The database of all tests of one JVM. It stops with the JVM. */
final class Databases {

    static final TestDatabase SHARED = TestDatabase.start();

    private Databases() {}

    static HikariDataSource pool(int size) {
        return pool(SHARED.dataSource(), size);
    }

    static HikariDataSource pool(DataSource target, int size) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(target);
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(30_000);
        return new HikariDataSource(config);
    }

    /** Reports soon that it has no connection. */
    static HikariDataSource impatient(DataSource target, int size) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(target);
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(500);
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    static AgroalDataSource agroal(int size) {
        return agroal(SHARED.url(), size, Duration.ofSeconds(30));
    }

    static AgroalDataSource agroal(int size, Duration acquisitionTimeout) {
        return agroal(SHARED.url(), size, acquisitionTimeout);
    }

    /** Without the sorter Agroal would hand out connections again that were aborted: it takes no error for fatal. */
    static AgroalDataSource agroal(String url, int size, Duration acquisitionTimeout) {
        AgroalDataSourceConfigurationSupplier config = new AgroalDataSourceConfigurationSupplier();
        config.connectionPoolConfiguration()
                .maxSize(size)
                .exceptionSorter(new PostgreSQLExceptionSorter())
                .acquisitionTimeout(acquisitionTimeout)
                .connectionFactoryConfiguration()
                .jdbcUrl(url)
                .principal(new NamePrincipal(SHARED.user()))
                .credential(new SimplePassword(SHARED.password()));
        try {
            return AgroalDataSource.from(config);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
