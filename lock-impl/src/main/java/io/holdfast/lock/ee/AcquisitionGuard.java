// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockConnectionTimeoutException;
import io.holdfast.lock.LockDatabaseUnfitException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockLimitException;
import io.holdfast.lock.LockUnavailableException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;
import org.eclipse.microprofile.faulttolerance.Retry;

/**
 * What stands around acquiring, and around nothing else: a database that cannot be reached is tried again and then left
 * alone for a while. Contention, interruption, misuse, an exhausted pool and a reached limit are no
 * failures of the database. Where the
 * server has no MicroProfile Fault Tolerance, the annotations do nothing.
 *
 * @see <a href="https://download.eclipse.org/microprofile/microprofile-fault-tolerance-4.1/microprofile-fault-tolerance-spec-4.1.html">
 *     MicroProfile Fault Tolerance 4.1</a>
 */
@ApplicationScoped
class AcquisitionGuard {

    @Retry(
            maxRetries = 2,
            delay = 200,
            jitter = 100,
            retryOn = LockUnavailableException.class,
            abortOn = {LockConnectionTimeoutException.class, LockDatabaseUnfitException.class, LockLimitException.class
            })
    @CircuitBreaker(
            requestVolumeThreshold = 10,
            failureRatio = 0.8,
            delay = 2_000,
            failOn = LockUnavailableException.class,
            skipOn = {LockConnectionTimeoutException.class, LockDatabaseUnfitException.class, LockLimitException.class})
    Optional<LockHandle> guarded(Guard.Acquiring acquiring) throws InterruptedException {
        return acquiring.acquire();
    }

    /**
     * For the other domains: without a circuit breaker, since there is one for each class and method, so that one database out of
     * reach would refuse the locks of all.
     */
    @Retry(
            maxRetries = 2,
            delay = 200,
            jitter = 100,
            retryOn = LockUnavailableException.class,
            abortOn = {LockConnectionTimeoutException.class, LockDatabaseUnfitException.class, LockLimitException.class
            })
    Optional<LockHandle> retried(Guard.Acquiring acquiring) throws InterruptedException {
        return acquiring.acquire();
    }
}
