// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;

/** Locks whenever a CDI bean learns that the application starts or stops. */
@ApplicationScoped
public class LifecycleBean {

    @Inject
    private LifecycleWork work;

    @PostConstruct
    void construct() {
        LifecycleWork.log("bean @PostConstruct", work);
    }

    void start(@Observes Startup event) {
        LifecycleWork.log("@Observes Startup", work);
    }

    void stop(@Observes Shutdown event) {
        LifecycleWork.log("@Observes Shutdown", work);
    }

    @PreDestroy
    void destroy() {
        LifecycleWork.log("bean @PreDestroy", work);
    }
}
