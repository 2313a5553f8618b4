// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The lock that the calling thread holds by the innermost {@link Locked} method that it runs. Inject it:
 *
 * <pre>{@code
 * @Inject
 * CurrentLock lock;
 *
 * @Locked(value = "reports/daily", ttl = 60)
 * public void writeReports() {
 *     for (Report report : reports) {
 *         lock.refresh(Duration.ofSeconds(60));
 *         store(report);
 *     }
 * }
 * }</pre>
 *
 * <p>Every method may be called anywhere in the call chain of the {@code @Locked} method, on its thread. It throws
 * {@link IllegalStateException} everywhere else: outside such a method, on threads that the method starts, and after
 * the method has returned a {@code CompletionStage}. The lock is released when the method ends. The body of
 * {@link Locker#withLock(LockRequest, LockedFunction)} is not such a method; it receives the handle of its lock
 * instead.
 *
 * @since 0.1.0
 */
public interface CurrentLock {

    /**
     * Returns the keys of the method, as evaluated for this call.
     *
     * @return the keys, each once
     * @throws IllegalStateException outside a {@code @Locked} method
     */
    List<String> keys();

    /**
     * Returns whether all locks of the method count as held. Does not ask the server: see {@link LockHandle#isHeld()}.
     *
     * @return whether they are held, as far as this JVM knows
     * @throws IllegalStateException outside a {@code @Locked} method
     */
    boolean isHeld();

    /**
     * Returns the fencing token of the lock of the method. A nested method with the same key has the token of the outer
     * one.
     *
     * @return the token; empty unless {@link Locked#fenced()} is set
     * @throws IllegalStateException outside a {@code @Locked} method, or if the method has several keys, each of which
     *     has its own token
     */
    Optional<FencingToken> fencingToken();

    /**
     * Proves on the server that all locks of the method are still held, and starts their ttl again. Blocks for one
     * round trip for each lock.
     *
     * @param ttl the ttl from now on; see {@link LockHandle#refresh} for its range
     * @throws LockNotHeldException if one of the locks is lost or its ttl has passed
     * @throws LockUnavailableException if the server could not be asked or did not answer
     * @throws IllegalArgumentException if the ttl is out of range
     * @throws IllegalStateException outside a {@code @Locked} method, or in one with {@link LockScope#TRANSACTION}
     */
    void refresh(Duration ttl);
}
