// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.ee.domain.Domains;
import io.holdfast.lock.ee.locked.LockedExtension;
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

/** Checks the locks of an application when it starts. What is wrong fails the deployment. */
@ApplicationScoped
class ApplicationStart {

    @Inject
    private Domains domains;

    @Inject
    private LockedExtension locked;

    @Inject
    private BeanManager beans;

    /**
     * Static, and the beans are created on a thread that inherits no thread-locals: on the thread that starts an application, Payara 7
     * cannot create the beans of an EAR's lib. The checks look up data sources, so they need the container's thread.
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
        locked.check(beans, domains::settings);
        domains.checkAtStart();
    }
}
