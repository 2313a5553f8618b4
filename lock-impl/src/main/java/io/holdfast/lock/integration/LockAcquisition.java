// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.integration;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.ee.domain.Retrying;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.faulttolerance.Retry;

/**
 * Retries attempts to acquire a lock by MicroProfile Fault Tolerance. The name of this class is public so that the
 * configuration can use it, as in {@code io.holdfast.lock.integration.LockAcquisition/acquire/Retry/maxRetries=0};
 * applications do not call it. An attempt is repeated if the database cannot be reached or does not answer. It is not
 * repeated after contention, interruption, misuse, an exhausted pool, a limit that is reached, or a refusal by the
 * circuit breaker. On a server without MicroProfile Fault Tolerance, each attempt is made once.
 *
 * @see <a href="https://download.eclipse.org/microprofile/microprofile-fault-tolerance-4.1/">MicroProfile Fault
 *     Tolerance 4.1</a>
 * @since 0.1.0
 */
@ApplicationScoped
public class LockAcquisition implements Retrying {

    /** Creates the bean; for the container. */
    public LockAcquisition() {
        // There is nothing to set up.
    }

    /**
     * Makes the attempt, and repeats it at most twice, after a delay of 100 to 300 ms each time. Blocks.
     *
     * @param attempt acquires the lock
     * @return the result of the last attempt
     * @throws InterruptedException if the thread was interrupted during an attempt or between two attempts
     * @throws LockUnavailableException if the last attempt could not reach the database
     */
    @Override
    @Retry(maxRetries = 2, delay = 200, jitter = 100, retryOn = LockUnavailableException.class)
    public Optional<LockHandle> acquire(Attempt attempt) throws InterruptedException {
        return attempt.run();
    }
}
