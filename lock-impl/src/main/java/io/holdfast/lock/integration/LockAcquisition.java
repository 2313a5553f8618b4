// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.integration;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.ee.domain.Retrying;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.faulttolerance.Retry;

/**
 * The retries of MicroProfile Fault Tolerance around acquiring. Its name is public so that configuration can name it, as in
 * {@code io.holdfast.lock.integration.LockAcquisition/acquire/Retry/maxRetries=0}; applications do not call it. An attempt is
 * repeated if the database cannot be reached. Contention, interruption, misuse, an exhausted pool, a reached limit and a refusal by
 * the circuit breaker are not repeated. Where the server has no MicroProfile Fault Tolerance, each attempt is made once.
 *
 * @see <a href="https://download.eclipse.org/microprofile/microprofile-fault-tolerance-4.1/microprofile-fault-tolerance-spec-4.1.html">
 *     MicroProfile Fault Tolerance 4.1</a>
 */
@ApplicationScoped
public class LockAcquisition implements Retrying {

    /** For the container. */
    public LockAcquisition() {
        // Nothing to set up.
    }

    /**
     * Makes the attempt, and repeats it up to twice, after 100 to 300 ms each.
     *
     * @param attempt what acquires
     * @return what the attempt returned
     * @throws InterruptedException if the thread was interrupted during an attempt or between two
     * @throws LockUnavailableException if the last attempt could not reach the database
     */
    @Override
    @Retry(maxRetries = 2, delay = 200, jitter = 100, retryOn = LockUnavailableException.class)
    public Optional<LockHandle> acquire(Attempt attempt) throws InterruptedException {
        return attempt.run();
    }
}
