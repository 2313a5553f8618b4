// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.peer;

import io.holdfast.benchmark.contender.Contender;
import io.holdfast.benchmark.contender.ContenderFactory;
import io.holdfast.benchmark.contender.Environment;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** ShedLock with a table and the clock of the database. It cannot wait, so the benchmark tries again every 50 ms. */
public final class ShedLockPeer implements ContenderFactory {

    private static final long RETRY_MILLIS = 50;

    @Override
    public String name() {
        return "ShedLock";
    }

    @Override
    public Reach reach() {
        return Reach.DATABASE;
    }

    @Override
    public void prepare(Environment environment) throws SQLException {
        environment.execute("create table shedlock(name varchar(64) not null primary key,"
                    + " lock_until timestamp not null, locked_at timestamp not null, locked_by varchar(255) not null)");
    }

    @Override
    public Contender open(Environment environment) {
        LockProvider provider = new JdbcTemplateLockProvider(JdbcTemplateLockProvider.Configuration.builder()
                .withJdbcTemplate(new JdbcTemplate(environment.pool()))
                .usingDbTime()
                .build());
        return new Contender() {

            @Override
            public @Nullable Object tryAcquire(String key) {
                return provider.lock(new LockConfiguration(Instant.now(), key, Duration.ofMinutes(1), Duration.ZERO))
                        .orElse(null);
            }

            @Override
            public @Nullable Object acquire(String key, Duration atMost) throws InterruptedException {
                long end = System.nanoTime() + atMost.toNanos();
                Object held = tryAcquire(key);
                while (held == null && System.nanoTime() < end) {
                    Thread.sleep(RETRY_MILLIS);
                    held = tryAcquire(key);
                }
                return held;
            }

            @Override
            public void release(Object held) {
                ((SimpleLock) held).unlock();
            }
        };
    }
}
