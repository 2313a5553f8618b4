// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.naming;

import io.holdfast.lock.ee.settings.UnreadSettings;
import io.holdfast.lock.message.Causes;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.util.List;
import javax.naming.NameNotFoundException;

/** What users read of this package. An id is never used again for something else. */
final class Messages {

    private Messages() {}

    static DeploymentException noDataSource(List<String> names, Throwable cause) {
        return new DeploymentException(
                "HOLDFAST-0104: no data source is bound to " + String.join(" or ", names)
                        + ". Set holdfast.datasource to the JNDI name of a PostgreSQL data source, or declare a resource"
                        + " reference java:app/env/jdbc/holdfast" + UnreadSettings.hint()
                        + (cause == null || cause instanceof NameNotFoundException
                                ? ""
                                : ". Cause: " + Causes.withoutCredentials(cause.toString())),
                cause);
    }
}
