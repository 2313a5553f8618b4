// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.ee.definition.LockedExtension;
import io.holdfast.lock.ee.definition.LockedMethod;
import io.holdfast.lock.ee.definition.LockedTarget;
import io.holdfast.lock.ee.domain.Domain;
import io.holdfast.lock.ee.domain.Domains;
import io.holdfast.lock.ee.transaction.Claim;
import io.holdfast.lock.ee.transaction.JtaTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.interceptor.InvocationContext;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Runs {@code @Locked} methods for the interceptors. */
@ApplicationScoped
class LockedCalls {

    @Inject
    private Domains domains;

    @Inject
    private LockedExtension extension;

    private final Map<LockedTarget, LockedMethod> methods = new ConcurrentHashMap<>();

    private final CallChain chain = new CallChain();

    @Nullable
    Object run(InvocationContext context) throws Exception {
        LockedMethod method = methodOf(context);
        Domain domain = domains.get(method.locked().domain());
        LockedCall call = new LockedCall(domain, chain.innermost().orElse(null));
        List<LockRequest> requests = method.requests(context.getParameters());
        try {
            new CallAcquisition(call).acquire(requests, method);
        } catch (InterruptedException e) {
            throw interrupted(context.getMethod(), requests.get(0).key(), e);
        } catch (LockNotAcquiredException e) {
            if (method.ifBusy() == IfBusy.SKIP) {
                return method.resultIfSkipped();
            }
            throw e;
        }
        return new LockedRun(chain, call, method).run(context);
    }

    private LockedMethod methodOf(InvocationContext context) {
        LockedTarget target = new LockedTarget(context.getTarget().getClass(), context.getMethod());
        return methods.computeIfAbsent(
                target,
                same -> extension.parse(same, domain -> domains.get(domain).settings()));
    }

    /** Throws {@link InterruptedException} only from a method that declares it. */
    private static Exception interrupted(Method method, String key, InterruptedException cause) {
        if (List.of(method.getExceptionTypes()).contains(InterruptedException.class)) {
            return Messages.interruptedAsDeclared(key, cause);
        }
        Thread.currentThread().interrupt();
        return Messages.interrupted(key, cause);
    }

    /** To be called inside the method's own transaction, if it has one, before the method runs. */
    void joinTransaction() {
        chain.innermost().ifPresent(LockedCall::joinTransaction);
    }

    /**
     * To be called inside the method's own transaction, if it has one: what was done without the lock must not be
     * committed.
     */
    void rollBackIfLost() {
        Optional<LockedCall> call = chain.innermost();
        if (call.isPresent() && call.get().isLost()) {
            JtaTransaction.current().ifPresent(JtaTransaction::rollBackIfActive);
        }
    }

    /**
     * Returns the innermost call of the calling thread.
     *
     * @throws IllegalStateException if the thread is in no {@code @Locked} method
     */
    LockedCall current() {
        return chain.innermost().orElseThrow(Messages::noCurrentLock);
    }

    /**
     * Requires that a call of the calling thread has the lock of the key, and that the lock has not ended.
     *
     * @throws io.holdfast.lock.LockNotHeldException if the lock has ended
     * @throws IllegalStateException if no call has the lock
     */
    void requireHeld(String key) {
        List<Claim> held =
                chain.calls().stream().flatMap(call -> call.claims().stream()).toList();
        List<Claim> ofKey =
                held.stream().filter(claim -> claim.key().equals(key)).toList();
        if (ofKey.isEmpty()) {
            throw Messages.notLocked(
                    key, held.stream().map(Claim::key).distinct().toList());
        }
        // Two domains may have the key, and one of the locks may have ended.
        if (ofKey.stream().allMatch(Claim::isGone)) {
            ofKey.get(0).requireHeld();
        }
    }
}
