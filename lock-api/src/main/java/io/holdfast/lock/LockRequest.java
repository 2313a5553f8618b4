// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import io.holdfast.lock.spi.KeyText;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What to lock and how: an immutable value. Start with {@link #of(String)} and change what differs from the defaults.
 *
 * <pre>{@code
 * LockRequest.of("order/42").waitAtMost(Duration.ofSeconds(5))
 * }</pre>
 *
 * @param key the name of what is locked: not empty, at most 4,096 bytes in UTF-8, without lone surrogates; compared byte by
 *     byte in UTF-8, without Unicode normalisation
 * @param name what all locks of this kind have in common, whatever their keys, such as {@code order}: what they are measured
 *     under; {@link #UNNAMED} by default
 * @param mode how the lock excludes others; {@link LockMode#EXCLUSIVE} by default
 * @param ttl how long the handle counts as held without a refresh: at least 1 ms, {@link #UNLIMITED} by default
 * @param lease what happens when the ttl has passed; {@link Lease#ADVISORY} by default
 * @param waitAtMost how long {@link Locker#acquire} waits for the lock: {@link #IMMEDIATE} to {@link #UNLIMITED}, or
 *     null for the default of the locker's configuration; {@link Locker#tryAcquire} does not look at it
 * @param fenced whether the grant comes with a {@link FencingToken}, which costs the server a flush of its log; false by
 *     default
 * @param scope what keeps the lock on the server; {@link LockScope#SESSION} by default
 * @param releaseAfterTransaction whether a release inside a JTA transaction takes effect only when that has completed;
 *     false by default
 */
public record LockRequest(
        String key,
        String name,
        LockMode mode,
        Duration ttl,
        Lease lease,
        @Nullable Duration waitAtMost,
        boolean fenced,
        LockScope scope,
        boolean releaseAfterTransaction) {

    /** The name of locks that were given none. */
    public static final String UNNAMED = "unnamed";

    /** No waiting. */
    public static final Duration IMMEDIATE = Duration.ZERO;

    /** No limit. */
    public static final Duration UNLIMITED = ChronoUnit.FOREVER.getDuration();

    private static final int LONGEST_KEY_BYTES = 4096;
    private static final int LONGEST_NAME = 100;
    private static final Duration SHORTEST_TTL = Duration.ofMillis(1);
    private static final Duration LONGEST_ENFORCED_TTL = Duration.ofMillis(Integer.MAX_VALUE);

    /**
     * Checks all parts.
     *
     * @param key not empty, at most 4,096 bytes in UTF-8, without lone surrogates
     * @param name not blank, at most 100 characters
     * @param mode how the lock excludes others
     * @param ttl at least 1 ms; at most 2,147,483,647 ms with an {@link Lease#ENFORCED} lease; {@link #UNLIMITED} in
     *     {@link LockScope#TRANSACTION}
     * @param lease what happens when the ttl has passed
     * @param waitAtMost not negative, or null for the default of the locker's configuration
     * @param fenced whether the grant comes with a fencing token; not in {@link LockScope#TRANSACTION}
     * @param scope what keeps the lock on the server
     * @param releaseAfterTransaction whether a release waits for the end of the transaction
     * @throws NullPointerException if a part other than {@code waitAtMost} is null
     * @throws IllegalArgumentException if a part is out of its range
     */
    public LockRequest {
        requireKey(key);
        requireName(name);
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(ttl, "ttl");
        Objects.requireNonNull(lease, "lease");
        Objects.requireNonNull(scope, "scope");
        if (ttl.compareTo(SHORTEST_TTL) < 0) {
            throw new IllegalArgumentException("ttl of lock " + KeyText.of(key) + " must be at least 1 ms: " + ttl);
        }
        if (lease == Lease.ENFORCED && ttl.compareTo(LONGEST_ENFORCED_TTL) > 0) {
            throw new IllegalArgumentException("ttl of lock " + KeyText.of(key) + " must be at most "
                    + LONGEST_ENFORCED_TTL + " with an ENFORCED lease: "
                    + (ttl.equals(UNLIMITED) ? "UNLIMITED; set it with ttl(...)" : ttl));
        }
        if (waitAtMost != null && waitAtMost.isNegative()) {
            throw new IllegalArgumentException(
                    "wait for lock " + KeyText.of(key) + " must not be negative: " + waitAtMost);
        }
        if (scope == LockScope.TRANSACTION && (fenced || !ttl.equals(UNLIMITED))) {
            throw new IllegalArgumentException(
                    "lock " + KeyText.of(key) + " of scope TRANSACTION lives as long as its transaction: it"
                            + " has no ttl, and no fencing token, which is safe only once it is flushed. Use scope SESSION for them");
        }
    }

    /**
     * Requests the lock of this name, exclusively, for as long as the handle is not released, waiting as long as the
     * locker's configuration says.
     *
     * @param key the name of what is locked; not empty, at most 4,096 bytes in UTF-8
     * @return the request
     * @throws IllegalArgumentException if the key is empty, too long, or has a lone surrogate
     */
    public static LockRequest of(String key) {
        return new LockRequest(
                key, UNNAMED, LockMode.EXCLUSIVE, UNLIMITED, Lease.ADVISORY, null, false, LockScope.SESSION, false);
    }

    /**
     * The same request under another name. Measurements, traces and settings of single locks go by names, never by keys, of
     * which there may be any number; so give a name to all locks of one kind. It has no part in exclusion.
     *
     * @param name not blank, at most 100 characters
     * @return the changed request
     * @throws IllegalArgumentException if the name is blank or too long
     */
    public LockRequest name(String name) {
        return new LockRequest(key, name, mode, ttl, lease, waitAtMost, fenced, scope, releaseAfterTransaction);
    }

    /**
     * The same request in another mode.
     *
     * @param mode how the lock excludes others
     * @return the changed request
     */
    public LockRequest mode(LockMode mode) {
        return new LockRequest(key, name, mode, ttl, lease, waitAtMost, fenced, scope, releaseAfterTransaction);
    }

    /**
     * The same request with another ttl and an {@link Lease#ADVISORY} lease.
     *
     * @param ttl at least 1 ms; {@link #UNLIMITED} for none
     * @return the changed request
     * @throws IllegalArgumentException if the ttl is below 1 ms
     */
    public LockRequest ttl(Duration ttl) {
        return new LockRequest(
                key, name, mode, ttl, Lease.ADVISORY, waitAtMost, fenced, scope, releaseAfterTransaction);
    }

    /**
     * The same request with another ttl that the server enforces: see {@link Lease#ENFORCED}.
     *
     * @param ttl 1 to 2,147,483,647 ms (24.8 days)
     * @return the changed request
     * @throws IllegalArgumentException if the ttl is out of range
     */
    public LockRequest enforcedTtl(Duration ttl) {
        return new LockRequest(
                key, name, mode, ttl, Lease.ENFORCED, waitAtMost, fenced, scope, releaseAfterTransaction);
    }

    /**
     * The same request with another wait.
     *
     * @param limit {@link #IMMEDIATE} to {@link #UNLIMITED}
     * @return the changed request
     * @throws IllegalArgumentException if the limit is negative
     */
    public LockRequest waitAtMost(Duration limit) {
        return new LockRequest(
                key,
                name,
                mode,
                ttl,
                lease,
                Objects.requireNonNull(limit, "limit"),
                fenced,
                scope,
                releaseAfterTransaction);
    }

    /**
     * The same request with or without a fencing token.
     *
     * @param fenced whether {@link LockHandle#fencingToken()} is wanted
     * @return the changed request
     */
    public LockRequest fenced(boolean fenced) {
        return new LockRequest(key, name, mode, ttl, lease, waitAtMost, fenced, scope, releaseAfterTransaction);
    }

    /**
     * The same request in another scope.
     *
     * @param scope what keeps the lock on the server
     * @return the changed request
     * @throws IllegalArgumentException if the request has a ttl or is fenced, and the scope is
     *     {@link LockScope#TRANSACTION}
     */
    public LockRequest scope(LockScope scope) {
        return new LockRequest(key, name, mode, ttl, lease, waitAtMost, fenced, scope, releaseAfterTransaction);
    }

    /**
     * The same request, which says whether a release has to wait for the transaction. If so, and if a JTA transaction is
     * active when the lock is acquired, the lock is released at the later of its release and the completion of that
     * transaction, so that the next holder reads what this one committed, under the conditions that {@link Locked} names. Within
     * that transaction, requests of the same key that ask for this, and {@link Locked} methods, reuse the lock already held.
     * If the lock is found lost, or its ttl has passed, before the commit, the transaction is rolled back instead, and further
     * requests of it for the key get {@link LockNotHeldException}. Without an active transaction it changes nothing, also if
     * the transaction ends while the thread waits. Only the locker that the container injects knows transactions.
     *
     * @param releaseAfterTransaction whether the release waits for the transaction's end
     * @return the changed request
     */
    public LockRequest releaseAfterTransaction(boolean releaseAfterTransaction) {
        return new LockRequest(key, name, mode, ttl, lease, waitAtMost, fenced, scope, releaseAfterTransaction);
    }

    /**
     * Whether this request has to do with the transaction of the thread that makes it.
     *
     * @return whether it is of {@link LockScope#TRANSACTION} or is to be released after the transaction
     */
    public boolean isTransactional() {
        return scope == LockScope.TRANSACTION || releaseAfterTransaction;
    }

    /** The same request with what is left of its wait, which began at this moment of the monotonic clock. */
    LockRequest waitFrom(long startNanos) {
        if (waitAtMost.equals(UNLIMITED)) {
            return this;
        }
        Duration left = waitAtMost.minusNanos(System.nanoTime() - startNanos);
        return waitAtMost(left.isNegative() ? IMMEDIATE : left);
    }

    private static void requireName(String name) {
        if (name.isBlank() || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("the name of a lock must not be blank, and have at most " + LONGEST_NAME
                    + " characters: " + KeyText.of(name));
        }
    }

    private static void requireKey(String key) {
        Objects.requireNonNull(key, "key");
        if (key.isEmpty()) {
            throw new IllegalArgumentException("the key of a lock must not be empty");
        }
        int bytes = utf8Length(key);
        if (bytes > LONGEST_KEY_BYTES) {
            throw new IllegalArgumentException("the key of a lock must have at most " + LONGEST_KEY_BYTES
                    + " bytes in UTF-8, but this one has " + bytes + ": " + KeyText.of(key));
        }
    }

    private static int utf8Length(String key) {
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(key))
                    .remaining();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "the key of a lock must not have a lone surrogate, since it would be"
                            + " encoded as '?' and collide with other keys: " + KeyText.of(key),
                    e);
        }
    }

    /** All parts, with the key and the name as {@link KeyText} shows them. */
    @Override
    public String toString() {
        return "LockRequest[key=" + KeyText.of(key) + ", name=" + KeyText.of(name) + ", mode=" + mode + ", ttl=" + ttl
                + ", lease=" + lease + ", waitAtMost=" + waitAtMost + ", fenced=" + fenced + ", scope=" + scope
                + ", releaseAfterTransaction=" + releaseAfterTransaction + "]";
    }
}
