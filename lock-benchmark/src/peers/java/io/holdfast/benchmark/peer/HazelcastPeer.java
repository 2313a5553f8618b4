// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.peer;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.holdfast.benchmark.contender.Contender;
import io.holdfast.benchmark.contender.ContenderFactory;
import io.holdfast.benchmark.contender.Environment;
import io.holdfast.benchmark.contender.Environment.Member;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The locks of a map of Hazelcast, in the memory of the application's own JVM: one member without any network where the
 * application is one JVM, a member in each where there are two.
 */
public final class HazelcastPeer implements ContenderFactory {

    private static final String LOOPBACK = "127.0.0.1";

    @Override
    public String name() {
        return "Hazelcast";
    }

    @Override
    public Reach reach() {
        return Reach.ELSEWHERE;
    }

    @Override
    public Contender open(Environment environment) throws InterruptedException {
        Member member = environment.site().member();
        HazelcastInstance instance =
                Hazelcast.newHazelcastInstance(config(member, environment.site().servers().clusterPort()));
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (instance.getCluster().getMembers().size() < member.count()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the members did not find each other");
            }
            Thread.sleep(20);
        }
        IMap<String, Integer> map = instance.getMap("locks");
        return new Contender() {

            @Override
            public @Nullable Object tryAcquire(String key) {
                return map.tryLock(key) ? key : null;
            }

            @Override
            public @Nullable Object acquire(String key, Duration atMost) throws InterruptedException {
                return map.tryLock(key, atMost.toMillis(), TimeUnit.MILLISECONDS) ? key : null;
            }

            @Override
            public void release(Object held) {
                map.unlock((String) held);
            }

            @Override
            public void close() {
                instance.getLifecycleService().terminate();
            }
        };
    }

    private static Config config(Member member, int port) {
        Config config = new Config();
        config.setClusterName("lock-benchmark-" + port);
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.logging.type", "none");
        config.setProperty("hazelcast.shutdownhook.enabled", "false");
        config.setProperty("hazelcast.socket.bind.any", "false");
        NetworkConfig network = config.getNetworkConfig();
        network.setPort(port + member.number()).setPortAutoIncrement(false);
        network.getInterfaces().setEnabled(true).addInterface(LOOPBACK);
        network.setPublicAddress(LOOPBACK + ":" + (port + member.number()));
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(member.count() > 1);
        for (int i = 0; i < member.count(); i++) {
            join.getTcpIpConfig().addMember(LOOPBACK + ":" + (port + i));
        }
        return config;
    }
}
