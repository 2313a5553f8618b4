// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes the keys of locks that are granted. */
public abstract class GrantNotes implements LockListener {

    private final List<String> keys = new CopyOnWriteArrayList<>();

    @Override
    public void acquired(LockAttempt attempt, LockHandle handle, Duration waited) {
        keys.add(handle.key());
    }

    /** How often this key was granted. */
    public long grants(String key) {
        return keys.stream().filter(key::equals).count();
    }
}
