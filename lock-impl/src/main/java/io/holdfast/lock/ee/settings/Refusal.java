// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import jakarta.enterprise.inject.spi.DeploymentException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a deployment because of a mistake that its message explains. A stack trace would add nothing, and hide the
 * message among hundreds of lines of the server's log.
 */
public final class Refusal {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Refusal() {}

    /**
     * Makes a refusal without a stack trace.
     *
     * @param message what is wrong and what to do
     */
    public static DeploymentException of(@Nullable String message) {
        DeploymentException refusal = new DeploymentException(message);
        refusal.setStackTrace(new StackTraceElement[0]);
        return refusal;
    }

    /** Makes a refusal that repeats the message of a failure, whose stack trace and causes go to the debug log. */
    public static DeploymentException of(DeploymentException failure) {
        LOG.log(Level.DEBUG, "The cause of the refusal", failure);
        return of(failure.getMessage());
    }
}
