// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.contender.ContenderFactory;
import io.holdfast.benchmark.contender.ContenderFactory.Reach;
import io.holdfast.benchmark.contender.Environment.Member;
import io.holdfast.benchmark.contender.Environment.Servers;
import io.holdfast.benchmark.contender.Environment.Site;
import io.holdfast.benchmark.machine.PostgresServer;
import io.holdfast.benchmark.machine.Processors;
import io.holdfast.benchmark.report.Results;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * What all workloads are given.
 *
 * @param scale how long to measure
 * @param servers their addresses
 * @param postgres the server that can be asked
 * @param processors who uses the processors
 * @param contenders those that can take part
 * @param results where figures go
 * @param directory for files of the run
 */
public record Bench(
        Scale scale,
        Servers servers,
        PostgresServer postgres,
        Processors processors,
        List<ContenderFactory> contenders,
        Results results,
        Path directory) {

    private static final Duration POOL_TIMEOUT = Duration.ofSeconds(30);

    /** What is added to each round trip where a network is simulated. */
    public static final Duration NETWORK = Duration.ofNanos(500_000);

    /** One JVM with a pool of this size. */
    Site site(int poolSize) {
        return new Site(servers, poolSize, POOL_TIMEOUT, Duration.ZERO, Member.ALONE);
    }

    /** One JVM with a pool of this size, whose connections are waited for only this long. */
    Site site(int poolSize, Duration poolTimeout) {
        return new Site(servers, poolSize, poolTimeout, Duration.ZERO, Member.ALONE);
    }

    /** One JVM with a pool of this size, and half a millisecond more for each round trip if that is asked for. */
    Site site(int poolSize, boolean delayed) {
        return delayed ? site(poolSize).delayed(NETWORK) : site(poolSize);
    }

    /** Those that this is true for. */
    List<ContenderFactory> contenders(Predicate<ContenderFactory> condition) {
        return contenders.stream().filter(condition).toList();
    }

    /** All, or those that are affected by the simulated network and the lock inside the JVM. */
    List<ContenderFactory> contenders(boolean delayed) {
        return contenders(factory -> !delayed || factory.reach() != Reach.ELSEWHERE);
    }
}
