// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import io.holdfast.lock.event.LockEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** What users read of this package. An id is never used again for something else. */
final class Messages {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static void refused(Class<?> type, RuntimeException cause) {
        LOG.log(
                Level.INFO,
                "HOLDFAST-0119: the server has " + type.getName()
                        + " but does not give it, so nothing about locks goes there."
                        + " That is as it should be if it is switched off; else see the cause: " + cause);
        LOG.log(Level.DEBUG, "The cause of HOLDFAST-0119", cause);
    }

    static void listenerNotMade(Class<?> listener, String api, Throwable cause) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0076: " + listener.getName() + " could not be made, so it reports nothing about locks to "
                        + api
                        + " until the application starts again. See the cause, and check that the server's version of that"
                        + " API is one that Holdfast is tested with",
                cause);
    }

    static void observerFailed(LockEvent event, Throwable failure) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0140: an asynchronous observer of " + event.getClass().getSimpleName()
                        + " failed; the lock is not affected. Mend the observer",
                failure);
    }
}
