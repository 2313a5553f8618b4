// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The lock under which the calling thread runs: that of the innermost {@link Locked} method that it is in. Inject it:
 *
 * <pre>{@code
 * @Inject
 * CurrentLock lock;
 *
 * @Locked(value = "reports/daily", ttl = 60)
 * public void writeReports() {
 *     for (Report report : reports) {
 *         lock.refresh(Duration.ofSeconds(60));
 *         write(report);
 *     }
 * }
 * }</pre>
 *
 * <p>Every method may be called anywhere in the call chain of the {@code @Locked} method, on its thread, and throws
 * {@link IllegalStateException} elsewhere: outside of such a method, on threads that it starts, and when it has returned a
 * {@code CompletionStage}. The lock is released when the method ends. The body of {@link Locker#withLock(LockRequest, LockedFunction)}
 * is no such method: it receives the handle of its lock instead.
 */
public interface CurrentLock {

    /**
     * The keys of the method, as evaluated for this call.
     *
     * @return the keys, each once
     * @throws IllegalStateException outside of a {@code @Locked} method
     */
    List<String> keys();

    /**
     * Whether all locks of the method count as held, without asking the server; see {@link LockHandle#isHeld()}.
     *
     * @return whether they are held, as far as is known
     * @throws IllegalStateException outside of a {@code @Locked} method
     */
    boolean isHeld();

    /**
     * The token of the method's lock; a nested method of the same key has that of the outer one.
     *
     * @return the token; empty unless {@link Locked#fenced()} asks for it
     * @throws IllegalStateException outside of a {@code @Locked} method, and if the method has several keys, each of which has a
     *     token of its own
     */
    Optional<FencingToken> fencingToken();

    /**
     * Proves on the server that all locks of the method are still held, and starts their ttl anew. Blocks for a round trip
     * each.
     *
     * @param ttl the ttl from now on; see {@link LockHandle#refresh}
     * @throws LockNotHeldException if one is lost or its ttl has passed
     * @throws LockUnavailableException if the server could not be asked
     * @throws IllegalArgumentException if the ttl is out of range
     * @throws IllegalStateException outside of a {@code @Locked} method, or of one of {@link LockScope#TRANSACTION}
     */
    void refresh(Duration ttl);
}
