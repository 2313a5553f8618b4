// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable description of what to lock and how. Start with {@link #of(String)}, and change what differs from the
 * defaults. The wait is not part of the request, but a parameter of the methods that wait, so a request can be a
 * constant:
 *
 * <pre>{@code
 * static final LockRequest IMPORT = LockRequest.of("import").ttl(Duration.ofMinutes(5));
 *
 * LockRequest read(String orderId) {
 *     return LockRequest.of("order/" + orderId).name("order").mode(LockMode.SHARED);
 * }
 * }</pre>
 *
 * @since 0.1.0
 */
public final class LockRequest {

    /** The name of requests without a name. */
    public static final String UNNAMED = "unnamed";

    /** The wait of a caller that does not wait. */
    public static final Duration IMMEDIATE = Duration.ZERO;

    /** No limit of a wait or of a ttl. */
    public static final Duration UNLIMITED = ChronoUnit.FOREVER.getDuration();

    private static final int LONGEST_KEY_BYTES = 4096;
    private static final int LONGEST_NAME = 100;

    /** The last character that is one byte in UTF-8. */
    private static final char LAST_ASCII = 0x7f;

    private static final Duration SHORTEST_TTL = Duration.ofMillis(1);
    private static final Duration LONGEST_ENFORCED_TTL = Duration.ofMillis(Integer.MAX_VALUE);

    private final Values values;

    /** The parts of a request. They change only before the constructor of the request receives them. */
    private static final class Values {

        private final String key;
        private String name = UNNAMED;
        private LockMode mode = LockMode.EXCLUSIVE;
        private Duration ttl = UNLIMITED;
        private Lease lease = Lease.ADVISORY;
        private boolean fenced;
        private LockScope scope = LockScope.SESSION;
        private boolean releaseAfterTransaction;

        private Values(String key) {
            requireKey(key);
            this.key = key;
        }

        private Values(Values other) {
            key = other.key;
            name = other.name;
            mode = other.mode;
            ttl = other.ttl;
            lease = other.lease;
            fenced = other.fenced;
            scope = other.scope;
            releaseAfterTransaction = other.releaseAfterTransaction;
        }

        private List<Object> all() {
            return List.of(key, name, mode, ttl, lease, fenced, scope, releaseAfterTransaction);
        }
    }

    private LockRequest(Values values) {
        requireName(values.name);
        Objects.requireNonNull(values.mode, "mode");
        Objects.requireNonNull(values.ttl, "ttl");
        Objects.requireNonNull(values.lease, "lease");
        Objects.requireNonNull(values.scope, "scope");
        requireTtl(values);
        if (values.scope == LockScope.TRANSACTION && (values.fenced || !values.ttl.equals(UNLIMITED))) {
            throw new IllegalArgumentException("lock " + KeyText.of(values.key)
                    + " of scope TRANSACTION lasts as long as its transaction, so it can have no ttl. It can have no"
                    + " fencing token either, because that must be flushed before it is used. Use scope SESSION");
        }
        this.values = values;
    }

    private LockRequest with(Consumer<Values> change) {
        Values changed = new Values(values);
        change.accept(changed);
        return new LockRequest(changed);
    }

    /**
     * Creates a request for the lock of the key: in {@link LockMode#EXCLUSIVE} mode, without a ttl, not fenced, and of
     * {@link LockScope#SESSION}.
     *
     * @param key the name of what is locked: not empty, at most 4,096 bytes in UTF-8, without lone surrogates; compared
     *     byte by byte in UTF-8, without Unicode normalization
     * @return the request
     * @throws IllegalArgumentException if the key is empty, is too long, or contains a lone surrogate
     */
    public static LockRequest of(String key) {
        return new LockRequest(new Values(key));
    }

    /**
     * Requires that this duration can limit a wait. Every locker does this before it waits.
     *
     * @param waitAtMost how long to wait at most
     * @return the same duration, from {@link #IMMEDIATE} to {@link #UNLIMITED}
     * @throws IllegalArgumentException if the duration is negative
     */
    public static Duration requireWait(Duration waitAtMost) {
        if (Objects.requireNonNull(waitAtMost, "waitAtMost").isNegative()) {
            throw new IllegalArgumentException("HOLDFAST-0055: waitAtMost must not be negative: " + waitAtMost);
        }
        return waitAtMost;
    }

    /**
     * Returns a copy of this request with another name. Metrics, traces and the settings of single locks use the name
     * instead of the key, because there may be any number of keys. Use one name for all locks of a kind. The name does
     * not affect which locks exclude each other.
     *
     * @param name the name: not blank, at most 100 characters
     * @return the changed request
     * @throws IllegalArgumentException if the name is blank or too long
     */
    public LockRequest name(String name) {
        return with(values -> values.name = name);
    }

    /**
     * Returns a copy of this request with another mode.
     *
     * @param mode how the lock excludes others
     * @return the changed request
     */
    public LockRequest mode(LockMode mode) {
        return with(values -> values.mode = mode);
    }

    /**
     * Returns a copy of this request with another ttl and an {@link Lease#ADVISORY} lease.
     *
     * @param ttl at least 1 ms; {@link #UNLIMITED} for none
     * @return the changed request
     * @throws IllegalArgumentException if the ttl is below 1 ms
     */
    public LockRequest ttl(Duration ttl) {
        return ttl(ttl, Lease.ADVISORY);
    }

    /**
     * Returns a copy of this request with another ttl, which the server enforces: see {@link Lease#ENFORCED}.
     *
     * @param ttl 1 to 2,147,483,647 ms (24.8 days)
     * @return the changed request
     * @throws IllegalArgumentException if the ttl is out of range
     */
    public LockRequest enforcedTtl(Duration ttl) {
        return ttl(ttl, Lease.ENFORCED);
    }

    private LockRequest ttl(Duration ttl, Lease lease) {
        return with(values -> {
            values.ttl = ttl;
            values.lease = lease;
        });
    }

    /**
     * Returns a copy of this request with or without a fencing token.
     *
     * @param fenced whether {@link LockHandle#fencingToken()} is required; the token costs the server a flush of its
     *     write-ahead log
     * @return the changed request
     * @throws IllegalArgumentException if {@code fenced} is true, and the scope is {@link LockScope#TRANSACTION}
     */
    public LockRequest fenced(boolean fenced) {
        return with(values -> values.fenced = fenced);
    }

    /**
     * Returns a copy of this request with another scope.
     *
     * @param scope what keeps the lock on the server
     * @return the changed request
     * @throws IllegalArgumentException if the request has a ttl or is fenced, and the scope is
     *     {@link LockScope#TRANSACTION}
     */
    public LockRequest scope(LockScope scope) {
        return with(values -> values.scope = scope);
    }

    /**
     * Returns a copy of this request that determines whether a release waits for the transaction. If so, and if a JTA
     * transaction is active when the lock is acquired, the lock is released when the handle has been released and the
     * transaction has completed, whichever is later. The next holder then reads what this one committed, under the
     * conditions that {@link Locked} documents.
     *
     * <p>Within that transaction, requests for the same key with this setting, and {@link Locked} methods, reuse the
     * lock that is already held. If the lock is found to be lost or its ttl has passed before the commit, the
     * transaction is rolled back instead, and further requests of the transaction for the key fail with
     * {@link LockNotHeldException}.
     *
     * <p>The setting has no effect if no transaction is active, or if the transaction ends while the thread waits for
     * the lock. Only the locker that the container injects supports it.
     *
     * @param releaseAfterTransaction whether a release waits for the end of the transaction
     * @return the changed request
     */
    public LockRequest releaseAfterTransaction(boolean releaseAfterTransaction) {
        return with(values -> values.releaseAfterTransaction = releaseAfterTransaction);
    }

    /**
     * Returns whether this request depends on the transaction of the thread that makes it.
     *
     * @return whether it is of {@link LockScope#TRANSACTION} or is to be released after the transaction
     */
    public boolean isTransactional() {
        return values.scope == LockScope.TRANSACTION || values.releaseAfterTransaction;
    }

    /**
     * Returns the name of what is locked.
     *
     * @return the key
     */
    public String key() {
        return values.key;
    }

    /**
     * Returns the name that all locks of this kind have in common, such as {@code order}, whatever their keys. Metrics
     * and traces use it.
     *
     * @return the name; {@link #UNNAMED} by default
     */
    public String name() {
        return values.name;
    }

    /**
     * Returns how the lock excludes others.
     *
     * @return the mode; {@link LockMode#EXCLUSIVE} by default
     */
    public LockMode mode() {
        return values.mode;
    }

    /**
     * Returns how long the handle counts as held without a refresh. The locker that a container injects uses the
     * configured ttl ({@code holdfast.lock.<name>.ttl} or {@code holdfast.ttl}) for a request without one.
     *
     * @return the ttl, at least 1 ms; {@link #UNLIMITED} by default
     */
    public Duration ttl() {
        return values.ttl;
    }

    /**
     * Returns what happens when the ttl has passed.
     *
     * @return the lease; {@link Lease#ADVISORY} by default
     */
    public Lease lease() {
        return values.lease;
    }

    /**
     * Returns whether the grant comes with a {@link FencingToken}, which costs the server a flush of its write-ahead
     * log.
     *
     * @return whether it does; false by default
     */
    public boolean fenced() {
        return values.fenced;
    }

    /**
     * Returns what keeps the lock on the server.
     *
     * @return the scope; {@link LockScope#SESSION} by default
     */
    public LockScope scope() {
        return values.scope;
    }

    /**
     * Returns whether a release inside a JTA transaction takes effect only when the transaction has completed.
     *
     * @return whether it does; false by default
     */
    public boolean releaseAfterTransaction() {
        return values.releaseAfterTransaction;
    }

    private static void requireTtl(Values values) {
        Duration ttl = values.ttl;
        if (ttl.compareTo(SHORTEST_TTL) < 0) {
            throw new IllegalArgumentException(
                    "ttl of lock " + KeyText.of(values.key) + " must be at least 1 ms: " + ttl);
        }
        if (values.lease == Lease.ENFORCED && ttl.compareTo(LONGEST_ENFORCED_TTL) > 0) {
            throw new IllegalArgumentException("ttl of lock " + KeyText.of(values.key) + " must be at most "
                    + LONGEST_ENFORCED_TTL + " with an ENFORCED lease: "
                    + (ttl.equals(UNLIMITED) ? "UNLIMITED, which only ttl(...) accepts" : ttl));
        }
    }

    private static void requireName(String name) {
        if (name.isBlank() || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("the name of a lock must not be blank, and must have at most "
                    + LONGEST_NAME + " characters: " + KeyText.of(name));
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
        for (int i = 0; i < key.length(); i++) {
            if (key.charAt(i) > LAST_ASCII) {
                return encodedLength(key);
            }
        }
        return key.length();
    }

    private static int encodedLength(String key) {
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(key))
                    .remaining();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "the key of a lock must not contain a lone surrogate, because that would be"
                            + " encoded as '?' and collide with other keys: " + KeyText.of(key),
                    e);
        }
    }

    /** Returns whether the other object is a request with equal parts. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LockRequest request && values.all().equals(request.values.all());
    }

    @Override
    public int hashCode() {
        return values.all().hashCode();
    }

    /** Returns all parts; the key and the name are shown by {@link KeyText}. */
    @Override
    public String toString() {
        return "LockRequest[key=" + KeyText.of(values.key) + ", name=" + KeyText.of(values.name) + ", mode="
                + values.mode
                + ", ttl=" + values.ttl + ", lease=" + values.lease + ", fenced=" + values.fenced + ", scope="
                + values.scope + ", releaseAfterTransaction=" + values.releaseAfterTransaction + "]";
    }
}
