// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockInterruptedException;
import io.holdfast.lock.ee.settings.Refusal;
import io.holdfast.lock.message.Shown;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.enterprise.inject.spi.InterceptionType;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Every text of this package that users read, in the order of the ids. An id is never used again for something else.
 */
final class Messages {

    private Messages() {}

    static IllegalStateException noCurrentLock() {
        return new IllegalStateException(
                "HOLDFAST-0039: the calling thread is in no @Locked method, so there is no current"
                        + " lock. Call it on the method's own thread; elsewhere use the handles of a Locker");
    }

    static IllegalStateException severalTokens(int keys) {
        return new IllegalStateException(
                ("HOLDFAST-0040: the method has %s locks, each with a fencing token of its own. Use a"
                                + " single key, or Locker.acquireAll")
                        .formatted(keys));
    }

    static IllegalStateException heldInOtherTransaction(String key) {
        return new IllegalStateException(
                ("HOLDFAST-0041: %s is held by an outer @Locked method, or for the transaction of the caller, but"
                                + " this method runs in a different transaction and would not see the work of that"
                                + " one. Let this method join that transaction, or lock in one of them only")
                        .formatted(Shown.lock(key)));
    }

    static IllegalArgumentException sameLock(String first, String second, long lockId) {
        return new IllegalArgumentException(
                ("HOLDFAST-0059: the keys %s and %s are the same lock, which cannot be acquired twice at once."
                                + " Change one of them")
                        .formatted(KeyText.of(first), KeyText.of(second, lockId)));
    }

    static IllegalStateException transactionEnded(String key) {
        return new IllegalStateException(
                ("HOLDFAST-0061: the caller's transaction timed out, was marked for rollback or ended"
                                + " while the thread waited for %s, so the method has not run")
                        .formatted(Shown.lock(key)));
    }

    static LockInterruptedException interrupted(String key, InterruptedException cause) {
        return new LockInterruptedException(
                "HOLDFAST-0108: the thread was interrupted while it waited for %s, so the method has not run"
                        .formatted(Shown.lock(key)),
                cause);
    }

    /** Has the same message, for a method that declares this exception. */
    static InterruptedException interruptedAsDeclared(String key, InterruptedException cause) {
        InterruptedException interrupted =
                new InterruptedException(interrupted(key, cause).getMessage());
        interrupted.initCause(cause);
        return interrupted;
    }

    static DeploymentException interceptorMissing(InterceptionType type) {
        return Refusal.of(
                ("HOLDFAST-0111: the interceptor of @Locked is not active for %s, so methods would run without"
                                + " their locks. Have one lock-api and one lock-impl, of the same version, in the"
                                + " EAR's lib or the WAR's WEB-INF/lib, and look for WELD-000119 in the server's"
                                + " log")
                        .formatted(type));
    }

    /** Names the keys that the calling thread has; there are none outside of a {@code @Locked} method. */
    static IllegalStateException notLocked(String key, List<String> held) {
        String instead = held.isEmpty()
                ? "it is in no @Locked method"
                : "it has " + held.stream().map(KeyText::of).collect(Collectors.joining(", "));
        return new IllegalStateException(
                ("HOLDFAST-0121: no @Locked method that the calling thread runs has %s: %s. Let a caller lock this"
                                + " key")
                        .formatted(Shown.lock(key), instead));
    }
}
