// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.peer;

import io.holdfast.benchmark.contender.Contender;
import io.holdfast.benchmark.contender.ContenderFactory;
import io.holdfast.benchmark.contender.Environment;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.integration.jdbc.lock.DefaultLockRepository;
import org.springframework.integration.jdbc.lock.JdbcLockRegistry;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** The lock registry of Spring Integration with a table, and its defaults: it tries again every 100 ms. */
public final class SpringIntegrationPeer implements ContenderFactory {

    @Override
    public String name() {
        return "Spring Integration";
    }

    @Override
    public Reach reach() {
        return Reach.DATABASE;
    }

    @Override
    public void prepare(Environment environment) throws SQLException {
        environment.execute("create table int_lock(lock_key char(36) not null, region varchar(100) not null,"
                    + " client_id char(36), created_date timestamp not null, expired_after timestamp not null,"
                    + " constraint int_lock_pk primary key (lock_key, region))");
    }

    @Override
    public Contender open(Environment environment) {
        DataSource pool = environment.pool();
        DefaultLockRepository repository = new DefaultLockRepository(pool);
        repository.setTransactionManager(new JdbcTransactionManager(pool));
        repository.afterPropertiesSet();
        repository.afterSingletonsInstantiated();
        repository.start();
        JdbcLockRegistry registry = new JdbcLockRegistry(repository);
        return new JavaLocks(registry::obtain, repository::stop);
    }
}
