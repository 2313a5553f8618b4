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

/**
 * What to lock and how: an immutable value. Start with {@link #of(String)} and change what differs from the defaults. How
 * long to wait for the lock is no part of it: that is an argument of the methods that wait.
 *
 * <pre>{@code
 * LockRequest.of("order/42").mode(LockMode.SHARED).ttl(Duration.ofSeconds(30))
 * }</pre>
 */
public final class LockRequest {

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

    private final Values values;

    /** Changed only before the request that has them is made. */
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
                    + " of scope TRANSACTION lives as long as its transaction: it has no ttl, and no fencing token, which"
                    + " is safe only once it is flushed. Use scope SESSION for them");
        }
        this.values = values;
    }

    private LockRequest with(Consumer<Values> change) {
        Values changed = new Values(values);
        change.accept(changed);
        return new LockRequest(changed);
    }

    /**
     * Requests the lock of this key, exclusively, for as long as the handle is not released.
     *
     * @param key the name of what is locked: not empty, at most 4,096 bytes in UTF-8, without lone surrogates; compared byte
     *     by byte in UTF-8, without Unicode normalisation
     * @return the request
     * @throws IllegalArgumentException if the key is empty, too long, or has a lone surrogate
     */
    public static LockRequest of(String key) {
        return new LockRequest(new Values(key));
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
        return with(values -> values.name = name);
    }

    /**
     * The same request in another mode.
     *
     * @param mode how the lock excludes others
     * @return the changed request
     */
    public LockRequest mode(LockMode mode) {
        return with(values -> values.mode = mode);
    }

    /**
     * The same request with another ttl and an {@link Lease#ADVISORY} lease.
     *
     * @param ttl at least 1 ms; {@link #UNLIMITED} for none
     * @return the changed request
     * @throws IllegalArgumentException if the ttl is below 1 ms
     */
    public LockRequest ttl(Duration ttl) {
        return ttl(ttl, Lease.ADVISORY);
    }

    /**
     * The same request with another ttl that the server enforces: see {@link Lease#ENFORCED}.
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
     * The same request with or without a fencing token.
     *
     * @param fenced whether {@link LockHandle#fencingToken()} is wanted
     * @return the changed request
     */
    public LockRequest fenced(boolean fenced) {
        return with(values -> values.fenced = fenced);
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
        return with(values -> values.scope = scope);
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
        return with(values -> values.releaseAfterTransaction = releaseAfterTransaction);
    }

    /**
     * Whether this request has to do with the transaction of the thread that makes it.
     *
     * @return whether it is of {@link LockScope#TRANSACTION} or is to be released after the transaction
     */
    public boolean isTransactional() {
        return values.scope == LockScope.TRANSACTION || values.releaseAfterTransaction;
    }

    /**
     * The name of what is locked.
     *
     * @return the key
     */
    public String key() {
        return values.key;
    }

    /**
     * What all locks of this kind have in common, whatever their keys, such as {@code order}: what they are measured under.
     *
     * @return the name; {@link #UNNAMED} by default
     */
    public String name() {
        return values.name;
    }

    /**
     * How the lock excludes others.
     *
     * @return the mode; {@link LockMode#EXCLUSIVE} by default
     */
    public LockMode mode() {
        return values.mode;
    }

    /**
     * How long the handle counts as held without a refresh.
     *
     * @return the ttl, at least 1 ms; {@link #UNLIMITED} by default
     */
    public Duration ttl() {
        return values.ttl;
    }

    /**
     * What happens when the ttl has passed.
     *
     * @return the lease; {@link Lease#ADVISORY} by default
     */
    public Lease lease() {
        return values.lease;
    }

    /**
     * Whether the grant comes with a {@link FencingToken}, which costs the server a flush of its log.
     *
     * @return whether it does; false by default
     */
    public boolean fenced() {
        return values.fenced;
    }

    /**
     * What keeps the lock on the server.
     *
     * @return the scope; {@link LockScope#SESSION} by default
     */
    public LockScope scope() {
        return values.scope;
    }

    /**
     * Whether a release inside a JTA transaction takes effect only when that has completed.
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
                    + (ttl.equals(UNLIMITED) ? "UNLIMITED; set it with ttl(...)" : ttl));
        }
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

    /** Equal if all parts are. */
    @Override
    public boolean equals(Object other) {
        return other instanceof LockRequest request && values.all().equals(request.values.all());
    }

    @Override
    public int hashCode() {
        return values.all().hashCode();
    }

    /** All parts, with the key and the name as {@link KeyText} shows them. */
    @Override
    public String toString() {
        return "LockRequest[key=" + KeyText.of(values.key) + ", name=" + KeyText.of(values.name) + ", mode="
                + values.mode
                + ", ttl=" + values.ttl + ", lease=" + values.lease + ", fenced=" + values.fenced + ", scope="
                + values.scope + ", releaseAfterTransaction=" + values.releaseAfterTransaction + "]";
    }
}
