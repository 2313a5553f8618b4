// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockNotHeldException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** What users read of this package. An id is never used again for something else. */
public final class Messages {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    /**
     * For a lock that cannot be used.
     *
     * @param key the key
     * @return the exception to throw
     */
    public static LockNotHeldException gone(String key) {
        return new LockNotHeldException(
                "HOLDFAST-0042: lock " + KeyText.of(key)
                        + " is lost, or its ttl has passed, so that somebody else may hold it. Roll back what"
                        + " was done under it",
                null);
    }

    /**
     * For a lock that cannot be used.
     *
     * @param key the key
     * @param cause why not; may be null
     * @return the exception to throw
     */
    public static IllegalStateException notKept(String key, RuntimeException cause) {
        return new IllegalStateException(
                "HOLDFAST-0060: a transaction that was begun in a @Locked method is still open at the end of the method, and"
                        + " cannot keep lock " + KeyText.of(key)
                        + " until it ends, so it was marked for rollback. Commit it"
                        + " or roll it back in the method",
                cause);
    }

    /** Logs that transactions are not seen. */
    public static void transactionsNotSeen() {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0062: neither JNDI nor CDI has a TransactionSynchronizationRegistry, so transactions are not seen:"
                        + " a lock is released when its method ends, even if the caller's transaction is still open. Provide one"
                        + " as a CDI bean, or do not call @Locked methods inside transactions");
    }

    static IllegalStateException notUpgradable(String key) {
        return new IllegalStateException("HOLDFAST-0109: this transaction holds lock " + KeyText.of(key)
                + " in SHARED mode, which cannot become EXCLUSIVE:"
                + " two that try would wait for each other. Acquire it in EXCLUSIVE mode first");
    }

    static IllegalStateException notFenced(String key) {
        return new IllegalStateException("HOLDFAST-0114: this transaction holds lock " + KeyText.of(key)
                + " without a fencing token, which cannot be made later. Ask for the token where the lock is acquired"
                + " first");
    }

    static IllegalStateException noTransaction(String key) {
        return new IllegalStateException("HOLDFAST-0115: lock " + KeyText.of(key)
                + " of scope TRANSACTION was asked for where no transaction is active. Call it from an EJB with a"
                + " container-managed transaction or a @Transactional method, or use scope SESSION");
    }

    /**
     * For a lock that cannot be used.
     *
     * @param key the key
     * @return the exception to throw
     */
    public static IllegalStateException heldInTransaction(String key) {
        return new IllegalStateException("HOLDFAST-0116: this transaction holds lock " + KeyText.of(key)
                + " in scope TRANSACTION and would wait for itself in scope SESSION. Use one scope for one key");
    }

    static LockNotHeldException shareReleased(String key) {
        return new LockNotHeldException(
                "HOLDFAST-0118: lock " + KeyText.of(key)
                        + " was released through this handle before; the transaction may hold it until"
                        + " it completes",
                null);
    }
}
