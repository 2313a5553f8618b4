// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import org.junit.jupiter.api.Timeout;

/** The same after so many locks that the code is compiled, when less room is left at the end of a stack. */
@Timeout(120)
class CompiledStackEndIT extends StackEndIT {

    private static final int LOCKS = 60_000;

    private static int acquired;

    @Override
    void prepare(PostgresLocker locker) throws InterruptedException {
        for (; acquired < LOCKS; acquired++) {
            locker.acquire(numbered(0)).release();
        }
    }
}
