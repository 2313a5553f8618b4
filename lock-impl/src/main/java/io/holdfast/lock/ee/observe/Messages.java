// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import io.holdfast.lock.event.LockEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Every text of this package that users read, in the order of the ids. An id is never used again for something else.
 */
final class Messages {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static void listenerNotMade(Class<?> listener, String api, Throwable cause) {
        LOG.log(
                Level.WARNING,
                ("HOLDFAST-0076: %s could not be made, so it reports nothing about locks to %s until the"
                                + " application starts again. See the cause, and check that the server's version of"
                                + " that API is one that Holdfast is tested with")
                        .formatted(listener.getName(), api),
                cause);
    }

    static void notProvided(Class<?> type, RuntimeException cause) {
        LOG.log(
                Level.INFO,
                ("HOLDFAST-0119: the server has %s but does not provide an instance, so nothing about locks is"
                                + " recorded there. This is expected if it is switched off. Otherwise see the"
                                + " cause: %s")
                        .formatted(type.getName(), cause));
        LOG.log(Level.DEBUG, "The cause of HOLDFAST-0119", cause);
    }

    static void observerFailed(LockEvent event, Throwable failure) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0140: an asynchronous observer of %s failed. The lock is not affected. Fix the observer"
                        .formatted(event.getClass().getSimpleName()),
                failure);
    }
}
