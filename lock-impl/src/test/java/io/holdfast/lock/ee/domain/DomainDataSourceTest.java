// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.ee.naming.LockDataSource;
import io.holdfast.lock.ee.settings.Settings;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

/** No name is bound here. */
class DomainDataSourceTest {

    /** Every domain has a bean, which applies if no name is set. */
    private static final class Beans extends DataSourceBeans {

        @Override
        boolean has(String domain) {
            return true;
        }

        @Override
        Optional<LockDataSource> find(String domain) {
            return Optional.of(new LockDataSource("a bean", new PGSimpleDataSource()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', jdbc/misspelt, , holdfast.datasource",
        "billing, jdbc/misspelt, , holdfast.billing.datasource",
        "'', , jdbc/misspelt, holdfast.transaction-datasource",
        "billing, , jdbc/misspelt, holdfast.billing.transaction-datasource"
    })
    @DisplayName("the refusal of a name that is not bound names the setting that has it")
    void shouldNameTheSetting(String domain, String ofLocks, String ofTransactions, String setting) {
        DomainDataSource dataSource = new DomainDataSource(domain, settings(ofLocks, ofTransactions), new Beans());

        String refusal =
                assertThrows(DeploymentException.class, dataSource::find).getMessage();

        assertTrue(
                refusal.startsWith("HOLDFAST-0104: no data source is bound to jdbc/misspelt. Set " + setting + " "),
                refusal);
    }

    private static Settings settings(String ofLocks, String ofTransactions) {
        Settings unset = Settings.UNSET;
        return new Settings(
                Optional.ofNullable(ofLocks),
                Optional.ofNullable(ofTransactions),
                unset.locker(),
                unset.keepSession(),
                unset.breakerFailures(),
                unset.breakerDelay(),
                unset.defaultTtl(),
                unset.locks());
    }
}
