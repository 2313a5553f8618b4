// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.lock.Locker;
import io.holdfast.lock.spi.LockListener;
import java.lang.reflect.Array;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

/** The locks in memory need lock-api and the JDK, but neither CDI nor JUnit. */
class WithoutContainerTest {

    private static URL place(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    @Test
    void shouldNeedOnlyTheApi() throws Exception {
        URL[] places = {place(Locker.class), place(InMemoryLocks.class)};
        try (URLClassLoader alone = new URLClassLoader(places, ClassLoader.getPlatformClassLoader())) {
            assertThrows(ClassNotFoundException.class, () -> alone.loadClass("jakarta.inject.Singleton"));
            Class<?> listener = alone.loadClass(LockListener.class.getName());
            Object none = Array.newInstance(listener, 0);
            Class<?> type = alone.loadClass(InMemoryLocks.class.getName());
            Object locks = type.getConstructor().newInstance();
            Object locker = type.getMethod("newLocker", none.getClass()).invoke(locks, none);

            Object handle = locker.getClass().getMethod("acquire", String.class).invoke(locker, "order/42");

            assertEquals("LockHandle['order/42' (lock id 8506411845844796034), EXCLUSIVE, HELD]", handle.toString());
            alone.loadClass(InMemoryLocking.class.getName()).getConstructor().newInstance();
        }
    }
}
