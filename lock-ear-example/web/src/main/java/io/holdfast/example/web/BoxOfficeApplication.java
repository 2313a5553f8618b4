// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.web;

import io.holdfast.lock.integration.LocksResource;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;

/** Everything below {@code /api}, {@code holdfast/locks} among it. */
@ApplicationPath("api")
public class BoxOfficeApplication extends Application {

    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(
                StateResource.class,
                StampedeResource.class,
                LockSwitchResource.class,
                LocksResource.class,
                EverybodyIsVisitor.class,
                EndedSessions.class,
                NodesMayRead.class);
    }
}
