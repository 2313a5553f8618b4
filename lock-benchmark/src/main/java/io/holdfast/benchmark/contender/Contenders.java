// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.contender;

import io.holdfast.benchmark.contender.ContenderFactory.Reach;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** All contenders, in the order of the tables: what needs only this module, and the peers on the class path. */
public final class Contenders {

    /** To which all others are compared. */
    public static final String FLOOR = Floor.NAME;

    /** The lock that people write by hand. */
    public static final String NAIVE = NaiveLock.NAME;

    /** The lock inside a JVM to which those of a hot key are compared. */
    public static final String JVM_LOCK = JvmLock.NAME;

    private interface Opener {
        Contender open(Environment environment);
    }

    private record BuiltIn(String name, Reach reach, Opener opener) implements ContenderFactory {

        @Override
        public Contender open(Environment environment) {
            return opener.open(environment);
        }
    }

    private Contenders() {}

    /** All of them; the floor is the first. */
    public static List<ContenderFactory> all() {
        List<ContenderFactory> all = new ArrayList<>();
        all.add(new BuiltIn(Floor.NAME, Reach.DATABASE, Floor::new));
        all.add(new BuiltIn(NaiveLock.NAME, Reach.DATABASE, NaiveLock::new));
        for (HoldfastLock.Usage usage : List.of(
                HoldfastLock.Usage.PINNED,
                HoldfastLock.Usage.WITHOUT_HAND_OVER,
                HoldfastLock.Usage.SHARED,
                HoldfastLock.Usage.ENFORCED,
                HoldfastLock.Usage.FENCED)) {
            all.add(new BuiltIn(usage.name(), Reach.DATABASE, environment -> new HoldfastLock(usage, environment)));
        }
        ServiceLoader.load(ContenderFactory.class).forEach(all::add);
        all.add(new BuiltIn(JvmLock.NAME, Reach.JVM, environment -> new JvmLock()));
        return all;
    }
}
