// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.Locked;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** A step of a job, which names it as a bean; by the name of its class, the container would not intercept it. */
@Named("lockedBatchlet")
@Dependent
public class LockedBatchlet extends AbstractBatchlet {

    private static final AtomicReference<CompletableFuture<String>> EXPECTED = new AtomicReference<>();

    @Inject
    private CurrentLock lock;

    static CompletableFuture<String> expect() {
        CompletableFuture<String> keys = new CompletableFuture<>();
        EXPECTED.set(keys);
        return keys;
    }

    @Override
    @Locked("component/batch")
    public String process() {
        EXPECTED.get().complete(lock.keys().toString());
        return "COMPLETED";
    }
}
