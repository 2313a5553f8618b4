// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.it.beans.CurrentKeyBean;
import io.holdfast.lock.it.beans.LockedOnlyBean;
import io.holdfast.lock.it.beans.LockedOnlyEjb;
import java.io.File;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Applications that contain the library incompletely, twice, or in two places. */
@ArquillianTest
@RunAsClient
public class LibraryIT extends DeployingTest {

    private static final File API = Archives.file("lock-api.jar");
    private static final File IMPLEMENTATION = Archives.file("lock-impl.jar");

    @Deployment(name = "api-only", managed = false, testable = false)
    static WebArchive apiOnly() {
        return ShrinkWrap.create(WebArchive.class, "api-only.war")
                .addAsLibraries(API)
                .addClass(LockedOnlyBean.class)
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml");
    }

    @Deployment(name = "api-only-ejb", managed = false, testable = false)
    static EnterpriseArchive apiOnlyEjb() {
        return ShrinkWrap.create(EnterpriseArchive.class, "api-only-ejb.ear")
                .addAsLibraries(API)
                .addAsModule(
                        ShrinkWrap.create(JavaArchive.class, "api-only-ejb.jar").addClass(LockedOnlyEjb.class));
    }

    @Deployment(name = "api-unused", managed = false, testable = false)
    static WebArchive apiUnused() {
        return ShrinkWrap.create(WebArchive.class, "api-unused.war")
                .addAsLibraries(API)
                .addClasses(Archives.withSuperclasses(ObserverServlet.class, Loaders.class, PoolStatistics.class))
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml");
    }

    @Deployment(name = "two-copies", managed = false, testable = false)
    static WebArchive twoCopies() {
        return Archives.war("two-copies", LockedOnlyBean.class).addAsLibrary(IMPLEMENTATION, "lock-impl-copy.jar");
    }

    @Deployment(name = "two-places", managed = false, testable = false)
    static EnterpriseArchive twoPlaces() {
        return ShrinkWrap.create(EnterpriseArchive.class, "two-places.ear")
                .addAsLibraries(API, IMPLEMENTATION)
                .addAsModule(Archives.war("two-places", LockedOnlyBean.class));
    }

    @Deployment(name = "split", managed = false, testable = false)
    static EnterpriseArchive split() {
        return ShrinkWrap.create(EnterpriseArchive.class, "split.ear")
                .addAsLibraries(API)
                .addAsModule(ShrinkWrap.create(WebArchive.class, "split.war")
                        .addAsLibraries(IMPLEMENTATION)
                        .addClasses(Archives.withSuperclasses(CurrentKeyServlet.class, CurrentKeyBean.class))
                        .addAsResource(
                                Archives.text("holdfast.datasource=jdbc/holdfast"),
                                "META-INF/microprofile-config.properties"));
    }

    @Test
    @DisplayName("C24: lock-api without lock-impl fails the deployment if the application uses @Locked")
    void shouldRefuseApiWithoutImplementation() {
        assertFails("api-only", "HOLDFAST-0078", "LockedOnlyBean", "Add io.holdfast:lock-impl");
        assertFails("api-only-ejb", "HOLDFAST-0078", "LockedOnlyEjb", "Add io.holdfast:lock-impl");
    }

    @Test
    @DisplayName("an application with lock-api but without lock-impl is deployed if it does not use @Locked")
    void shouldDeployUnusedApi() {
        deployer.deploy("api-unused");
        deployer.undeploy("api-unused");
    }

    @Test
    @DisplayName("with lock-api in an EAR's lib and lock-impl in its WAR, the WAR's methods run under their locks")
    void shouldDeployImplementationInTheWar() throws Exception {
        whileDeployed("split", application -> assertEquals("[current-key]", application.post("keys")));
    }

    @Test
    @DisplayName("C24: an archive that sees two copies of the library fails the deployment with a message that names"
            + " their locations")
    void shouldRefuseTwoCopies() {
        assertFails("two-copies", "HOLDFAST-0079", "lock-impl.jar", "lock-impl-copy.jar");
        assertFails("two-places", "HOLDFAST-0079", "lib/lock-impl.jar", "WEB-INF/lib");
    }
}
