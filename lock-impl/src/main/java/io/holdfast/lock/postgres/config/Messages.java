// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.spi.LockListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;

/** All texts of this package for users, in the order of their ids. */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static void listenerFailed(LockListener listener, Throwable failure) {
        LOG.log(Level.WARNING, """
                HOLDFAST-0014: a lock listener failed; the lock is not affected. Fix %s\
                """.formatted(nameOf(listener)), failure);
    }

    /** The class of a proxy has a meaningless name, but the handler of the proxy may know what is behind it. */
    private static String nameOf(LockListener listener) {
        return Proxy.isProxyClass(listener.getClass())
                ? KeyText.of(Proxy.getInvocationHandler(listener).toString())
                : listener.getClass().getName();
    }

    static IllegalArgumentException outOfRange(String setting, String range, Object value) {
        return new IllegalArgumentException("""
                HOLDFAST-0093: %s must be %s, but is %s\
                """.formatted(setting, range, value));
    }
}
