// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.inject.Inject;

/** Locks whenever an EJB learns that the application starts or stops. */
@Singleton
@Startup
public class LifecycleEjb {

    @Inject
    private LifecycleWork work;

    @PostConstruct
    void construct() {
        LifecycleWork.log("EJB @PostConstruct", work);
    }

    @PreDestroy
    void destroy() {
        LifecycleWork.log("EJB @PreDestroy", work);
    }
}
