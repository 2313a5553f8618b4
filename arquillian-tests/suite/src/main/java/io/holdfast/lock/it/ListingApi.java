// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.integration.LocksResource;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;

/** Registers the endpoint. */
@ApplicationPath("api")
public class ListingApi extends Application {

    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(LocksResource.class, HeaderLogin.class);
    }
}
