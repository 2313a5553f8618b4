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
     * Requires that a {@code @Locked} method that the calling thread runs has the lock of the key. Code deep in a call
     * chain asserts by it that one of its callers has locked:
     *
     * <pre>{@code
     * void store(Order order) {
     *     lock.requireHeld("order/" + order.id());
     *     store(write());
     * }
     * }</pre>
     *
     * <p>Every enclosing {@code @Locked} method counts, not only the innermost one, with every {@link LockMode}, every
     * {@link LockScope} and every {@link LockDomain}. A lock that is {@link LockState#SUSPECT} counts, because it is
     * not known to be lost; a nested method may enter it again, too, and {@link #isHeld()} is stricter. Handles of a
     * {@link Locker} do not count, nor does a lock that only a transaction still keeps. Does not ask the server and
     * does not block.
     *
     * <p><b>Not guaranteed:</b> that the lock is still held on the server at this moment; {@link #refresh} proves it.
     *
     * @param key the key, as evaluated for the call of the method
     * @throws LockNotHeldException if such a method has the lock, but the lock is lost, its ttl has passed, or it was
     *     released before the end of the method
     * @throws IllegalStateException if no {@code @Locked} method that the thread runs has the lock, or if the thread is
     *     in no such method; the message names the key and the keys that the thread has
     */
    void requireHeld(String key);

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
