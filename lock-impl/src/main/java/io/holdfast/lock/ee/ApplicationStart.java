// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.ee.definition.LockedExtension;
import io.holdfast.lock.ee.domain.Domains;
import io.holdfast.lock.ee.locked.ActiveInterceptors;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Checks the locks of an application when it starts. A mistake fails the deployment. */
@ApplicationScoped
class ApplicationStart {

    @Inject
    private Domains domains;

    @Inject
    private LockedExtension locked;

    @Inject
    private BeanManager beans;

    /**
     * Creates the beans on a thread that inherits no thread-locals: on the thread that starts an application, Payara 7
     * cannot create the beans of an EAR's lib. For the same reason this method is static. The checks look up data
     * sources, so they need the container's thread.
     */
    static void check(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) Startup event, ApplicationStart start) {
        FutureTask<Void> creation = new FutureTask<>(start::create, null);
        Thread thread = new Thread(null, creation, "holdfast-start", 0, false);
        thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
        thread.setDaemon(true);
        thread.start();
        try {
            creation.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DeploymentException(e);
        } catch (ExecutionException e) {
            throw new DeploymentException(e.getCause());
        }
        start.check();
    }

    void create() {
        domains.create();
    }

    void check() {
        ActiveInterceptors.require(beans);
        locked.checkAtStart(domain -> domains.get(domain).settings());
        domains.checkAtStart();
    }
}
