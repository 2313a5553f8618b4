// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.ee.definition.LockedMethod;
import io.holdfast.lock.ee.transaction.Claim;
import io.holdfast.lock.ee.transaction.CountedHold;
import io.holdfast.lock.ee.transaction.RemainingWait;
import io.holdfast.lock.ee.transaction.TransactionBinding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Acquires the locks of one call, all or none. A lock that the call chain or the transaction holds is reused. */
final class CallAcquisition {

    private final LockedCall call;
    private final TransactionBinding binding;

    CallAcquisition(LockedCall call) {
        this.call = call;
        this.binding = call.domain().binding();
    }

    void acquire(List<LockRequest> requests, LockedMethod method) throws InterruptedException {
        boolean isComplete = false;
        try {
            List<LockRequest> missing = new ArrayList<>(requests);
            missing.removeIf(this::reuse);
            if (!missing.isEmpty()) {
                acquireMissing(missing, new RemainingWait(method.waitAtMost(missing.get(0))));
            }
            requireHeld();
            if (!call.isTransactionOfCallerActive()) {
                throw Messages.transactionEnded(requests.get(0).key());
            }
            isComplete = true;
        } finally {
            if (!isComplete) {
                call.handles().close();
            }
        }
    }

    /** Returns whether the request is served by a lock that is held already. */
    private boolean reuse(LockRequest request) {
        Optional<LockedCall> holder = call.holderOf(request.key());
        if (holder.isPresent()) {
            CountedHold held = holder.get().hold(request.key()).orElseThrow();
            held.requireReusable(request);
            if (!holder.get().isWorkVisible()) {
                throw Messages.heldInOtherTransaction(request.key());
            }
            call.addReused(binding.claimOfCall(request, held));
            return true;
        }
        if (binding.isKept(request.key())) {
            call.markReused(request.key());
        }
        Optional<Claim> kept = binding.claimOfTransaction(request);
        kept.ifPresent(call::add);
        return kept.isPresent();
    }

    private void acquireMissing(List<LockRequest> missing, RemainingWait wait) throws InterruptedException {
        List<Claim> ofSessions = new ArrayList<>();
        for (LockRequest request : ordered(missing)) {
            if (request.scope() == LockScope.TRANSACTION) {
                call.add(CountedHold.firstClaimOn(binding.acquire(request, wait)));
            } else {
                Claim claim =
                        CountedHold.firstClaimOn(call.domain().sessionLocks().acquire(request, wait));
                call.add(claim);
                ofSessions.add(claim);
            }
        }
        // Not before all are granted, because the transaction would keep those that were.
        ofSessions.forEach(binding::keepForTransaction);
    }

    /** Orders the requests by lock id, so that no two callers wait for each other. */
    private List<LockRequest> ordered(List<LockRequest> requests) {
        if (requests.size() == 1) {
            return requests;
        }
        List<LockRequest> ordered =
                requests.stream().sorted(Comparator.comparingLong(this::lockId)).toList();
        for (int i = 1; i < ordered.size(); i++) {
            LockRequest previous = ordered.get(i - 1);
            LockRequest request = ordered.get(i);
            if (lockId(previous) == lockId(request)) {
                throw Messages.sameLock(previous.key(), request.key(), lockId(request));
            }
        }
        return ordered;
    }

    private long lockId(LockRequest request) {
        return call.domain().locker().lockId(request.key());
    }

    /** A lock may have ended during the wait for the others. */
    private void requireHeld() {
        if (call.claims().size() > 1) {
            call.claims().forEach(Claim::requireHeld);
        }
    }
}
