// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.contender;

import java.sql.SQLException;
import java.util.Optional;

/** One kind of lock. Those that need further libraries are found as services. */
public interface ContenderFactory {

    /** What keeps the locks. */
    enum Reach {
        /** The memory of one JVM. */
        JVM,
        /** PostgreSQL; all its contenders get the same delay for each round trip where a network is simulated. */
        DATABASE,
        /** A server or cluster of its own. */
        ELSEWHERE
    }

    /** The name in tables and charts. */
    String name();

    /** What keeps the locks. */
    Reach reach();

    /** Why it cannot take part on this machine, if it cannot. */
    default Optional<String> obstacle(Environment environment) {
        return Optional.empty();
    }

    /** Called once, before all workloads, on an empty database. */
    default void prepare(Environment environment) throws SQLException {
        // Most need no tables.
    }

    /** Opens it with connections of its own. */
    Contender open(Environment environment) throws Exception;
}
