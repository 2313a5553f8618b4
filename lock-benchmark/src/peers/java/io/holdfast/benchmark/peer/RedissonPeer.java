// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.peer;

import io.holdfast.benchmark.contender.Contender;
import io.holdfast.benchmark.contender.ContenderFactory;
import io.holdfast.benchmark.contender.Environment;
import java.util.Optional;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** The lock of Redisson, renewed by its watchdog, on one Redis without a replica that does not flush to disk. */
public final class RedissonPeer implements ContenderFactory {

    @Override
    public String name() {
        return "Redisson";
    }

    @Override
    public Reach reach() {
        return Reach.ELSEWHERE;
    }

    @Override
    public Optional<String> obstacle(Environment environment) {
        return environment.site().servers().redis() == null
                ? Optional.of("there is no redis-server on the PATH")
                : Optional.empty();
    }

    @Override
    public Contender open(Environment environment) {
        int connections = Math.max(4, environment.site().poolSize());
        Config config = new Config();
        config.useSingleServer()
                .setAddress(environment.site().servers().redis())
                .setConnectionPoolSize(connections)
                .setConnectionMinimumIdleSize(Math.min(4, connections));
        RedissonClient client = Redisson.create(config);
        return new JavaLocks(client::getLock, client::shutdown);
    }
}
