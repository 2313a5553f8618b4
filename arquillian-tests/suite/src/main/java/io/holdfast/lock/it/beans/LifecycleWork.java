// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Locks for those that start and stop, and writes into a system property of the server what came of it. */
@ApplicationScoped
public class LifecycleWork {

    public static final String PROPERTY = "holdfast.test.lifecycle";

    @Inject
    private CurrentLock lock;

    @Locked(value = "lifecycle", waitAtMost = Locked.IMMEDIATE)
    public boolean isHeld() {
        return lock.isHeld();
    }

    /** The caller gives itself a name. */
    static void log(String caller, LifecycleWork work) {
        String outcome;
        try {
            outcome = work.isHeld() ? "held" : "not held";
        } catch (RuntimeException e) {
            outcome = e.toString();
        }
        System.setProperty(PROPERTY, System.getProperty(PROPERTY, "") + caller + ": " + outcome + "\n");
    }
}
