// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** All texts of this package for users, in the order of their ids. */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static void acquisitionFailed(Throwable failure) {
        LOG.log(Level.ERROR, """
                HOLDFAST-0090: an acquisition failed with an unexpected error; other acquisitions continue. Unless the \
                JVM lacks memory or threads, please report the error as a bug\
                """, failure);
    }

    static void watchFailed(Throwable failure) {
        LOG.log(Level.ERROR, """
                HOLDFAST-0091: the regular check of the held locks failed with an unexpected error; it will be \
                repeated. Unless the JVM lacks memory or threads, please report the error as a bug\
                """, failure);
    }

    static void taskFailed(Throwable failure) {
        LOG.log(Level.ERROR, """
                HOLDFAST-0092: a task in the background failed with an unexpected error; other tasks continue. Unless \
                the JVM lacks memory or threads, please report the error as a bug\
                """, failure);
    }
}
