// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.it.beans.LockedResource;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;

/** Registers the resource. */
@ApplicationPath("api")
public class ComponentsApi extends Application {

    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(LockedResource.class);
    }
}
