// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockHandle;
import java.util.Optional;

/** What stands around acquiring: one of the methods of {@link AcquisitionGuard}. */
@FunctionalInterface
interface Guard {

    Optional<LockHandle> guarded(Acquiring acquiring) throws InterruptedException;

    /** An attempt to acquire a lock. */
    @FunctionalInterface
    interface Acquiring {
        Optional<LockHandle> acquire() throws InterruptedException;
    }
}
