// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What is left out if somebody else holds the lock, and locks that are kept for a while. */
@ApplicationScoped
public class SkippingBean {

    public static final long MIN_HOLD_MILLIS = 700;

    @Locked(value = Keys.SHARED, ifBusy = IfBusy.SKIP)
    public void run(Runnable work) {
        work.run();
    }

    @Locked(value = Keys.SHARED, ifBusy = IfBusy.SKIP)
    public int number() {
        return 7;
    }

    @Locked(value = Keys.SHARED, ifBusy = IfBusy.SKIP)
    public boolean truth() {
        return true;
    }

    @Locked(value = Keys.SHARED, ifBusy = IfBusy.SKIP)
    public String text() {
        return "ran";
    }

    @Locked(value = Keys.SHARED, ifBusy = IfBusy.SKIP)
    public Optional<String> optional() {
        return Optional.of("ran");
    }

    @Locked(value = Keys.SHARED, ifBusy = IfBusy.SKIP)
    public CompletionStage<String> stage() {
        return CompletableFuture.completedStage("ran");
    }

    @Locked(value = Keys.SHARED, name = "configured")
    public String configured() {
        return "ran";
    }

    @Locked(value = Keys.SHARED, ifBusy = IfBusy.SKIP, waitAtMost = 30)
    public String patient() {
        return "ran";
    }

    @Locked(value = Keys.SHARED, ifBusy = IfBusy.SKIP, minHold = MIN_HOLD_MILLIS, unit = ChronoUnit.MILLIS)
    public String brief() {
        return "ran";
    }
}
