// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.Locked;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.faulttolerance.Asynchronous;
import org.eclipse.microprofile.faulttolerance.Fallback;
import org.eclipse.microprofile.faulttolerance.Retry;
import org.eclipse.microprofile.faulttolerance.Timeout;

/** {@code @Locked} beside the annotations of MicroProfile Fault Tolerance, in a CDI bean. */
@ApplicationScoped
public class OrderBean {

    /** Under which lock and in which transaction an attempt was made. */
    public record Attempt(String grant, Object transaction) {}

    public static final int ATTEMPTS = 3;

    @Inject
    private CurrentLock lock;

    @Resource
    private TransactionSynchronizationRegistry registry;

    /** Fails until the last attempt. */
    static void attempt(List<Attempt> attempts, CurrentLock lock, TransactionSynchronizationRegistry registry) {
        attempts.add(new Attempt(lock.fencingToken().orElseThrow().toString(), registry.getTransactionKey()));
        if (attempts.size() < ATTEMPTS) {
            throw new IllegalStateException("try again");
        }
    }

    @Retry(maxRetries = ATTEMPTS - 1, delay = 1, jitter = 0)
    @Transactional
    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE, fenced = true)
    public void retried(List<Attempt> attempts) {
        attempt(attempts, lock, registry);
    }

    @Transactional
    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE, fenced = true)
    public void once(List<Attempt> attempts) {
        attempt(attempts, lock, registry);
    }

    @Timeout(500)
    @Locked(value = Keys.SHARED, waitAtMost = 30)
    public String timed(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
        return "in time";
    }

    @Fallback(fallbackMethod = "fallback")
    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    public String withFallback(boolean fails) {
        if (fails) {
            throw new IllegalStateException("fall back");
        }
        return "ran";
    }

    String fallback(boolean fails) {
        return "fell back under " + String.join(" ", lock.keys());
    }

    @Asynchronous
    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    public CompletionStage<Object> elsewhere(Callable<?> work) throws Exception {
        return CompletableFuture.completedStage(work.call());
    }
}
