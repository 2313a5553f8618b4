// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.operations;

import io.holdfast.lock.ee.settings.ApplicationSettings;
import io.holdfast.lock.ee.settings.SettingsSource;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;

/** Removes the health check where it is switched off. */
public class LockHealthSwitch implements Extension {

    /** For the container. */
    public LockHealthSwitch() {
        // Nothing to set up.
    }

    void removeIfOff(@Observes ProcessAnnotatedType<LockHealth> event) {
        try {
            if (ApplicationSettings.healthTimeout(SettingsSource.find()).isEmpty()) {
                event.veto();
            }
        } catch (DeploymentException e) {
            // An unusable value is reported when all settings are read.
            return;
        }
    }
}
