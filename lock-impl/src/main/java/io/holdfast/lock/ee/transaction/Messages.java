// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.message.Shown;
import org.jspecify.annotations.Nullable;

/**
 * Every text of this package that users read, in the order of the ids. An id is never used again for something else.
 */
final class Messages {

    private Messages() {}

    static IllegalStateException notUpgradable(String key) {
        return new IllegalStateException(
                ("HOLDFAST-0036: %s is held in SHARED mode already, by an outer @Locked method or by the"
                                + " transaction, and cannot become EXCLUSIVE, because two holders that try would"
                                + " wait for each other. Acquire it in EXCLUSIVE mode first")
                        .formatted(Shown.lock(key)));
    }

    static IllegalStateException notFenced(String key) {
        return new IllegalStateException(
                ("HOLDFAST-0037: %s is held without a fencing token already, by an outer @Locked method or by the"
                                + " transaction, and a token cannot be made later. Ask for the token where the lock"
                                + " is acquired first")
                        .formatted(Shown.lock(key)));
    }

    static LockNotHeldException gone(String key) {
        return new LockNotHeldException(
                ("HOLDFAST-0038: %s is lost, or its ttl has passed, so nothing new is started under it. Roll back"
                                + " what was done under it")
                        .formatted(Shown.lock(key)),
                null);
    }

    static LockNotHeldException lost(String key) {
        return new LockNotHeldException(
                ("HOLDFAST-0042: %s is lost, or its ttl has passed, so somebody else may hold it. Roll back what"
                                + " was done under it")
                        .formatted(Shown.lock(key)),
                null);
    }

    static IllegalStateException notKept(String key, @Nullable RuntimeException cause) {
        return new IllegalStateException(
                ("HOLDFAST-0060: a transaction that was begun in a @Locked method is still open at the end of the"
                                + " method, and cannot keep %s until it ends, so it was marked for rollback. Commit"
                                + " it or roll it back in the method")
                        .formatted(Shown.lock(key)),
                cause);
    }

    static IllegalStateException noTransaction(String key) {
        return new IllegalStateException(("HOLDFAST-0115: %s of scope TRANSACTION was requested where no"
                        + " transaction is active. Call it from an EJB with a container-managed transaction or a"
                        + " @Transactional method, or use scope SESSION")
                .formatted(Shown.lock(key)));
    }

    static IllegalStateException heldInTransaction(String key) {
        return new IllegalStateException(
                ("HOLDFAST-0116: this transaction holds %s in scope TRANSACTION, and would wait for"
                                + " itself in scope SESSION. Use one scope for one key")
                        .formatted(Shown.lock(key)));
    }

    static LockNotHeldException claimReleased(String key) {
        return new LockNotHeldException(
                ("HOLDFAST-0118: %s was released through this handle before. The transaction may hold it until it"
                                + " completes")
                        .formatted(Shown.lock(key)),
                null);
    }
}
