// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.it.beans.Keys;
import io.holdfast.lock.it.beans.StatelessEjb;
import jakarta.inject.Inject;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Without any configuration: java:comp/DefaultDataSource, which the tests' server binds to PostgreSQL. */
@ArquillianTest
public class DefaultDataSourceIT extends ServerTest {

    private static final Class<?>[] BEANS = {StatelessEjb.class, Keys.class, PgLocks.class};

    @Inject
    private StatelessEjb ejb;

    @Deployment(name = "ear")
    static EnterpriseArchive ear() {
        return ShrinkWrap.create(EnterpriseArchive.class, "default.ear")
                .addAsLibraries(Archives.jars())
                .addAsModule(
                        ShrinkWrap.create(JavaArchive.class, "default-ejb.jar").addClasses(BEANS))
                .addAsModule(ShrinkWrap.create(WebArchive.class, "default.war")
                        .addClasses(Archives.withSuperclasses(DefaultDataSourceIT.class)));
    }

    @Deployment(name = "war")
    static Archive<?> war() {
        return ShrinkWrap.create(WebArchive.class, "default-alone.war")
                .addAsLibraries(Archives.jars())
                .addClasses(BEANS)
                .addClasses(Archives.withSuperclasses(DefaultDataSourceIT.class));
    }

    @Test
    @OperateOnDeployment("ear")
    @DisplayName("the server's default data source is used in an EAR")
    void shouldLockInEar() throws Exception {
        assertLocks(ejb::call);
    }

    @Test
    @OperateOnDeployment("war")
    @DisplayName("the server's default data source is used in a WAR")
    void shouldLockInWar() throws Exception {
        assertLocks(ejb::call);
    }
}
