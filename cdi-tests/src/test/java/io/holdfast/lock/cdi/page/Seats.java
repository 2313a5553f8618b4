// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi.page;

import io.holdfast.lock.CurrentLock;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

// snippet: class
/** Knows which seats are taken. */
@ApplicationScoped
public class Seats {

    @Inject
    CurrentLock lock;

    private final Set<String> taken = ConcurrentHashMap.newKeySet();

    public boolean isFree(String seat) {
        return !taken.contains(seat);
    }

    /** To be called while the seat is locked. */
    public void take(String seat) {
        lock.requireHeld("seat/" + seat);
        taken.add(seat);
    }
}
// end
