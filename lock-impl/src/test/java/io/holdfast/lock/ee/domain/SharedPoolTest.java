// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.ee.naming.LockDataSource;
import io.holdfast.lock.ee.settings.Settings;
import io.holdfast.lock.ee.settings.SettingsSource;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class SharedPoolTest {

    private static final DataSource LOCKS = dataSource();
    private static final DataSource WORK = dataSource();

    private static DataSource dataSource() {
        return (DataSource) Proxy.newProxyInstance(
                SharedPoolTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> method.getName().equals("equals") && proxy == arguments[0]);
    }

    private static Settings settings(Map<String, String> values) {
        return Settings.read(
                new SettingsSource(name -> Optional.ofNullable(values.get(name)), values.keySet(), Set.of()));
    }

    private static boolean isShared(String transactional, String locks, DataSource found) {
        Settings settings =
                settings(transactional.isEmpty() ? Map.of() : Map.of("holdfast.transaction-datasource", transactional));
        return DomainDataSource.isShared(settings, new LockDataSource(locks, LOCKS), found);
    }

    @Test
    void shouldKnowThatTheApplicationUsesTheServersDefault() {
        assertTrue(isShared("", LockDataSource.DEFAULT, LOCKS));
        assertTrue(isShared("jdbc/work", LockDataSource.DEFAULT, WORK));
    }

    @Test
    void shouldKnowThatTheApplicationUsesTheDataSourceOfItsTransactions() {
        assertTrue(isShared("jdbc/locks", "jdbc/locks", WORK));
        assertTrue(isShared("java:app/env/jdbc/work", "jdbc/locks", LOCKS));
        assertFalse(isShared("jdbc/work", "jdbc/locks", WORK));
    }

    @Test
    void shouldNotSuspectADataSourceOfTheLocks() {
        assertFalse(isShared("", LockDataSource.REFERENCE, LOCKS));
        assertFalse(isShared("", "jdbc/locks", LOCKS));
    }
}
