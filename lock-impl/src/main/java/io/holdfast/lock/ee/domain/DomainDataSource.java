// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.ee.naming.LockDataSource;
import io.holdfast.lock.ee.settings.DomainNames;
import io.holdfast.lock.ee.settings.Settings;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/** Finds the data sources of one domain, in JNDI or as beans. */
final class DomainDataSource {

    private final String domain;
    private final Settings settings;
    private final DataSourceBeans beans;

    DomainDataSource(String domain, Settings settings, DataSourceBeans beans) {
        this.domain = domain;
        this.settings = settings;
        this.beans = beans;
    }

    /**
     * The data sources that were found.
     *
     * @param name the name of the data source of the locks
     * @param config the configuration of the core on that data source
     * @param sessions opens the sessions of the locks
     * @param transactional opens connections of the calling thread's transaction
     */
    record Found(String name, LockerConfig config, ConnectionSource sessions, DataSource transactional) {}

    /**
     * Whether the application defines where these locks live, so that they are not in the server's default data source.
     */
    boolean isDefined() {
        return settings.dataSource().isPresent() || LockDataSource.isReferenced() || beans.has(domain);
    }

    /**
     * Whether the data source can be found already. In an EAR, the server's default data source may have no name yet
     * while the application starts.
     */
    boolean canBeFound() {
        return settings.dataSource().isPresent() || LockDataSource.isNamedYet() || beans.has(domain);
    }

    Found find() {
        LockDataSource ofLocks = findOfLocks();
        DataSource transactional = settings.transactionDataSource()
                .map(jndiName -> LockDataSource.find(jndiName, DomainNames.transactionDataSourceSetting(domain))
                        .dataSource())
                .orElse(ofLocks.dataSource());
        if (ofLocks.isDefault()) {
            Messages.defaultDataSource(ofLocks.name());
        }
        ConnectionSource sessions = new AnnouncedSource(
                ConnectionSource.of(ofLocks.dataSource()),
                database -> Messages.reached(
                        domain, ofLocks.name(), database, settings.locker().namespace()));
        LockerConfig config = settings.lockerOn(isShared(settings, ofLocks, transactional));
        return new Found(ofLocks.name(), config, sessions, transactional);
    }

    /** Whether the application is known to use the data source of the locks, too. */
    static boolean isShared(Settings settings, LockDataSource ofLocks, DataSource transactional) {
        boolean isOfTransactions = settings.transactionDataSource()
                .filter(jndiName -> jndiName.equals(ofLocks.name()) || transactional.equals(ofLocks.dataSource()))
                .isPresent();
        return ofLocks.isDefault() || isOfTransactions;
    }

    /**
     * A domain other than the default one has a configured name or a bean: the other names are those of the default
     * domain.
     */
    private LockDataSource findOfLocks() {
        Optional<String> configured = settings.dataSource();
        if (configured.isPresent()) {
            return LockDataSource.find(configured.get(), DomainNames.dataSourceSetting(domain));
        }
        return domain.equals(DomainNames.DEFAULT)
                ? LockDataSource.findDefault(() -> beans.find(domain))
                : beans.find(domain).orElseThrow(() -> DomainNames.withoutDataSource(domain, Set.of(domain)));
    }
}
