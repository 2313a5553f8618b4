// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.beans.CdiBean;
import io.holdfast.lock.it.beans.StatelessEjb;
import jakarta.ejb.EJB;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.CompletableFuture;

/** Uses all that a locker has once, and leaves a lock held and one waited for. */
@WebServlet("/exercise")
public class ExerciseServlet extends AnsweringServlet {

    private static final long serialVersionUID = 1L;

    private static final LockRequest LOST = LockRequest.of("exercise/lost");
    private static final LockRequest WAITED = LockRequest.of("exercise/waited");
    private static final LockRequest LEFT = LockRequest.of("exercise/left");

    @Inject
    private transient Locker locker;

    @Inject
    private transient CdiBean bean;

    @EJB
    private transient StatelessEjb ejb;

    @Override
    Object answer(HttpServletRequest request) throws Exception {
        lose();
        waitAsync();
        ejb.call(() -> bean.callUnderAnotherKey(() -> "ran"));
        leave();
        return "done";
    }

    private void lose() throws InterruptedException {
        LockHandle handle = locker.acquire(LOST);
        PgLocks.endSessionOf(locker.lockId(LOST.key()));
        try {
            handle.release();
            throw new IllegalStateException("the lock should be lost");
        } catch (LockNotHeldException e) {
            log("as it should be: " + e);
        }
    }

    private void waitAsync() throws InterruptedException {
        LockHandle handle = locker.acquire(WAITED);
        CompletableFuture<LockHandle> waiting = locker.acquireAsync(WAITED);
        handle.release();
        waiting.join().release();
    }

    private void leave() throws InterruptedException {
        locker.tryAcquire(LEFT).orElseThrow();
        locker.acquireAsync(LEFT);
    }
}
