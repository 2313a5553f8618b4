// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import javax.sql.DataSource;

/** Where the locks of the default domain live. */
@ApplicationScoped
class Locks {

    @Produces
    @ApplicationScoped
    DataSource dataSource() {
        return CdiTest.DATABASE.dataSource();
    }
}
