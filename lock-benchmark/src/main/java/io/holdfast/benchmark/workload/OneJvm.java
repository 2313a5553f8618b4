// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.report.Case;
import io.holdfast.benchmark.report.Workload;
import java.io.IOException;

/** 16 threads of one JVM: with keys of their own, then all with the same. The connections stay open. */
final class OneJvm {

    private static final int POOL = 20;

    private final Bench bench;
    private final boolean delayed;

    OneJvm(Bench bench, boolean delayed) {
        this.bench = bench;
        this.delayed = delayed;
    }

    void run() throws IOException, InterruptedException {
        try (Interleaved contenders = new Interleaved(
                bench,
                new Case(Workload.SEPARATE_KEYS, delayed),
                bench.site(POOL, delayed),
                bench.contenders(delayed))) {
            new SeparateKeys(bench, contenders, delayed).run();
            for (HotKey.Inside inside : HotKey.Inside.values()) {
                new HotKey(bench, contenders, inside, delayed).run();
            }
        }
    }
}
