// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** A test that looks, by an application without the product, at what its applications leave in the server. */
abstract class ObservingTest extends DeployingTest {

    static final RemoteDeployment OBSERVER = new RemoteDeployment("observer");

    @Deployment(name = "observer", testable = false)
    static WebArchive observer() {
        return ShrinkWrap.create(WebArchive.class, "observer.war")
                .addClasses(Archives.withSuperclasses(ObserverServlet.class, Loaders.class, PoolStatistics.class));
    }
}
