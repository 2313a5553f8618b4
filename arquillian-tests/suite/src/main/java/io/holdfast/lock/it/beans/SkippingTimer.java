// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.Locked;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import java.util.concurrent.atomic.AtomicInteger;

/** Every second, unless somebody else does it. */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
public class SkippingTimer {

    private final AtomicInteger runs = new AtomicInteger();

    @Schedule(second = "*", minute = "*", hour = "*", persistent = false)
    @Locked(value = Keys.TIMER, ifBusy = IfBusy.SKIP)
    void timeout() {
        runs.incrementAndGet();
    }

    public int runs() {
        return runs.get();
    }
}
