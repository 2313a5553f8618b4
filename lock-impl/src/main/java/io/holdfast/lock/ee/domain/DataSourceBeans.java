// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockDomain;
import io.holdfast.lock.ee.naming.LockDataSource;
import io.holdfast.lock.ee.settings.DomainNames;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Default;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Finds data sources that are CDI beans, for servers without JNDI. The default bean belongs to the default domain, and
 * beans with the qualifier {@link LockDomain} belong to the others.
 */
@Dependent
class DataSourceBeans {

    @Inject
    @Any
    private Instance<DataSource> beans;

    boolean has(String domain) {
        return !of(domain).isUnsatisfied();
    }

    /** Finds the bean; empty if the application has none that this library can see. */
    Optional<LockDataSource> find(String domain) {
        Instance<DataSource> found = of(domain);
        if (found.isAmbiguous()) {
            throw Messages.severalDataSources(Messages.bean(domain));
        }
        return found.isUnsatisfied()
                ? Optional.empty()
                : Optional.of(new LockDataSource(Messages.foundBean(domain), found.get()));
    }

    private Instance<DataSource> of(String domain) {
        return domain.equals(DomainNames.DEFAULT)
                ? beans.select(Default.Literal.INSTANCE)
                : beans.select(LockDomain.Literal.of(domain));
    }
}
