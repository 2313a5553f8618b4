// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.naming;

import io.holdfast.lock.ee.settings.DomainNames;
import io.holdfast.lock.ee.settings.UnreadSettings;
import io.holdfast.lock.message.Causes;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.util.List;
import javax.naming.NameNotFoundException;
import org.jspecify.annotations.Nullable;

/**
 * Every text of this package that users read, in the order of the ids. An id is never used again for something else.
 */
final class Messages {

    private Messages() {}

    static DeploymentException noDataSource(List<String> names, String remedy, @Nullable Throwable cause) {
        return new DeploymentException(
                "HOLDFAST-0104: no data source is bound to %s. %s%s%s"
                        .formatted(String.join(" or ", names), remedy, UnreadSettings.hint(), sentence(cause)),
                cause);
    }

    /** A remedy for HOLDFAST-0104. */
    static String setName(String setting) {
        return "Set %s to the JNDI name of a PostgreSQL data source".formatted(setting);
    }

    /** The remedy for HOLDFAST-0104 where no name is set. */
    static String setNameOrDeclareReference() {
        return "%s, or declare a resource reference java:app/env/jdbc/holdfast"
                .formatted(setName(DomainNames.dataSourceSetting(DomainNames.DEFAULT)));
    }

    /** That the name is not bound needs no further explanation. */
    private static String sentence(@Nullable Throwable cause) {
        return cause == null || cause instanceof NameNotFoundException
                ? ""
                : ". Cause: " + Causes.withoutCredentials(cause.toString());
    }

    /** The message of an exception, which HOLDFAST-0104 repeats. */
    static String wrongType(String name, Class<?> expected, Object found) {
        return "%s is not a %s but %s".formatted(name, expected.getName(), found);
    }
}
