// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Acquires and releases locks on request, and keeps them between requests. */
@WebServlet("/lock")
public class LockServlet extends AnsweringServlet {

    private static final long serialVersionUID = 1L;
    private static final Duration BRIEFLY = Duration.ofMillis(100);
    private static final Duration LONGER = Duration.ofSeconds(30);

    @Inject
    private transient Locker locker;

    private final transient Map<String, LockHandle> held = new ConcurrentHashMap<>();

    @Override
    Object answer(HttpServletRequest request) throws InterruptedException {
        String key = request.getParameter("key");
        return switch (request.getParameter("do")) {
            case "try" -> tryAcquire(key);
            case "wait" -> await(key);
            case "release" -> release(key);
            case "briefly" ->
                outcome(() -> locker.acquire(LockRequest.of(key), BRIEFLY).release());
            case "refresh" -> outcome(() -> held.get(key).refresh(LONGER));
            case "id" -> locker.lockId(key);
            default -> throw new IllegalArgumentException(request.getParameter("do"));
        };
    }

    private boolean tryAcquire(String key) throws InterruptedException {
        Optional<LockHandle> handle = locker.tryAcquire(LockRequest.of(key));
        handle.ifPresent(granted -> held.put(key, granted));
        return handle.isPresent();
    }

    /** Waits as long as it takes, and releases at once. */
    private String await(String key) throws InterruptedException {
        try {
            return locker.withLock(LockRequest.of(key), LockRequest.UNLIMITED, () -> "granted");
        } catch (LockException | IllegalStateException e) {
            return e.toString();
        }
    }

    private boolean release(String key) {
        held.remove(key).release();
        return true;
    }

    private interface Attempt {
        void run() throws InterruptedException;
    }

    /** The name of what is thrown, if anything is. */
    private static String outcome(Attempt attempt) throws InterruptedException {
        try {
            attempt.run();
            return "done";
        } catch (LockException e) {
            return e.getClass().getSimpleName();
        }
    }
}
