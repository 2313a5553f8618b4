// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.spi.LockListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;

/** Everything that users read of this package, in the order of the ids. An id is never used again for something else. */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static void listenerFailed(LockListener listener, Throwable failure) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0014: a lock listener failed; the lock is not affected. Mend " + nameOf(listener),
                failure);
    }

    /** The name of the class of a proxy says nothing, but its handler may know whose it is. */
    private static String nameOf(LockListener listener) {
        return Proxy.isProxyClass(listener.getClass())
                ? KeyText.of(Proxy.getInvocationHandler(listener).toString())
                : listener.getClass().getName();
    }
}
