// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockInterruptedException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.ee.settings.Refusal;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.enterprise.inject.spi.InterceptionType;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;

/** What users read of this package. An id is never used again for something else. */
final class Messages {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static IllegalStateException badKey(Method method, IllegalArgumentException cause) {
        return new IllegalStateException(
                "HOLDFAST-0035: the key of @Locked on " + method + " cannot be used for this call: "
                        + cause.getMessage() + ". The method has not run",
                cause);
    }

    static IllegalStateException notUpgradableInCall(String key) {
        return new IllegalStateException(
                "HOLDFAST-0036: a @Locked method that this one is called by holds lock " + KeyText.of(key)
                        + " in SHARED mode, which cannot become EXCLUSIVE: it would wait for itself. Let the outer one ask"
                        + " for EXCLUSIVE mode");
    }

    static IllegalStateException notFencedInCall(String key) {
        return new IllegalStateException(
                "HOLDFAST-0037: a @Locked method that this one is called by holds lock " + KeyText.of(key)
                        + " without a fencing token, which cannot be made later. Let the outer one ask for the token");
    }

    static LockNotHeldException lostInCall(String key) {
        return new LockNotHeldException(
                "HOLDFAST-0038: the lock " + KeyText.of(key)
                        + " of a @Locked method that this one is called by is lost, or its ttl has"
                        + " passed; the method has not run",
                null);
    }

    static IllegalStateException noCurrentLock() {
        return new IllegalStateException(
                "HOLDFAST-0039: the calling thread is in no @Locked method, so there is no current"
                        + " lock. Call it on the method's own thread; elsewhere use the handles of a Locker");
    }

    static IllegalStateException severalTokens(int keys) {
        return new IllegalStateException("HOLDFAST-0040: the method has " + keys
                + " locks, each with a fencing token of its own. Have one key, or use Locker.acquireAll");
    }

    static IllegalStateException heldInOtherTransaction(String key) {
        return new IllegalStateException("HOLDFAST-0041: lock " + KeyText.of(key)
                + " is held by a @Locked method that this one is called by, or for the"
                + " transaction of the caller, but this one runs in another transaction and would not see the work of"
                + " that one. Let this one join that transaction, or lock in one of them only");
    }

    static IllegalStateException badCombination(Method method, String lockName, String problem, String remedy) {
        return new IllegalStateException("HOLDFAST-0052: @Locked on " + method
                + " does not go with what is set for locks of the name " + KeyText.of(lockName) + ": " + problem + ". "
                + remedy);
    }

    static void overrideWithoutAnnotation(Method overriding, Method annotated) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0054: " + overriding + " overrides " + annotated
                        + " without its @Locked, which is not inherited, so it runs without the lock. Put @Locked on it, too");
    }

    static IllegalStateException transactionEnded(String key) {
        return new IllegalStateException(
                "HOLDFAST-0061: the caller's transaction timed out, was marked for rollback or ended"
                        + " while the thread waited for lock " + KeyText.of(key) + "; the method has not run");
    }

    static LockInterruptedException interrupted(String key, InterruptedException cause) {
        return new LockInterruptedException(
                "HOLDFAST-0108: the thread was interrupted while it waited for lock " + KeyText.of(key)
                        + "; the method has not run",
                cause);
    }

    /** For a method that declares it, with the same words. */
    static InterruptedException interruptedAsDeclared(String key, InterruptedException cause) {
        InterruptedException interrupted =
                new InterruptedException(interrupted(key, cause).getMessage());
        interrupted.initCause(cause);
        return interrupted;
    }

    /**
     * A mistake that shows without a call.
     *
     * @param problem without a full stop
     * @param remedy a sentence
     */
    static IllegalStateException badAnnotation(AnnotatedElement where, String problem, String remedy) {
        return new IllegalStateException("HOLDFAST-0110: @Locked on " + where + ": " + problem + ". " + remedy);
    }

    static DeploymentException interceptorMissing(InterceptionType type) {
        return Refusal.of("HOLDFAST-0111: the interceptor of @Locked is not active for " + type
                + ", so methods would run without their locks. Have one lock-api and one lock-impl, of the same version, in the"
                + " EAR's lib or the WAR's WEB-INF/lib, and look for WELD-000119 in the server's log");
    }
}
