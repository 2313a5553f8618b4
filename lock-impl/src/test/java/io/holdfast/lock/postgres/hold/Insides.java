// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.postgres.session.LockSession;
import java.lang.reflect.Field;

/** What tests look at behind the handles that users get. */
public final class Insides {

    private Insides() {}

    public static LockSession session(LockHandle handle) {
        return ((PostgresHandle) handle).lock().tenure().session();
    }

    /** How many handles of its locker are watched, in case they are dropped. */
    public static int watchedHandles(LockHandle handle) throws ReflectiveOperationException {
        Field watch = HeldLock.class.getDeclaredField("handleWatch");
        watch.setAccessible(true);
        return ((AbandonedHandles.Watch) watch.get(((PostgresHandle) handle).lock())).watched();
    }
}
