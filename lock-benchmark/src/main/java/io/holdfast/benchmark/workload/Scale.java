// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import java.time.Duration;

/**
 * How long a run measures.
 *
 * @param name for people
 * @param repetitions of each slice of a contender
 * @param slice how long a contender works in each repetition
 * @param generations how often connections are opened again
 * @param rounds how often all contenders take their turn in each generation
 * @param warmUp how long a contender works at most before it is measured for the first time, so that its code is
 *     compiled
 * @param many how many locks are held, or requested, at once
 * @param sessions how many pinned locks are checked
 */
public record Scale(
        String name,
        int repetitions,
        Duration slice,
        int generations,
        int rounds,
        Duration warmUp,
        int many,
        int sessions) {

    /** About a quarter of an hour. */
    public static final Scale FULL =
            new Scale("full", 5, Duration.ofMillis(350), 8, 80, Duration.ofSeconds(3), 10_000, 1_000);

    /** About two minutes. */
    public static final Scale QUICK =
            new Scale("quick", 2, Duration.ofMillis(100), 2, 40, Duration.ofMillis(100), 2_000, 200);

    /** Only shows that everything works. */
    public static final Scale SMOKE =
            new Scale("smoke", 1, Duration.ofMillis(30), 1, 3, Duration.ofMillis(20), 200, 20);

    /** Fewer repetitions for what varies less, or takes longer. */
    int fewRepetitions() {
        return (repetitions + 1) / 2;
    }

    /** A slice for sections that take longer. */
    Duration slice(int times) {
        return slice.multipliedBy(times);
    }
}
