// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.it.beans.StatelessEjb;
import jakarta.inject.Inject;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The data source by a resource reference that the deployer binds, in each server's own descriptor. */
@ArquillianTest
public class ResourceReferenceIT extends ServerTest {

    @Inject
    private StatelessEjb ejb;

    @Deployment(name = "component")
    static WebArchive ofComponent() {
        return war("reference-component", Map.of("holdfast.datasource", "java:comp/env/jdbc/locks"), "jdbc/locks");
    }

    @Deployment(name = "application")
    static WebArchive ofApplication() {
        return war("reference-application", Map.of("holdfast.datasource", ""), "java:app/env/jdbc/holdfast");
    }

    private static WebArchive war(String name, Map<String, String> settings, String reference) {
        String entry = "<resource-ref><res-ref-name>" + reference + "</res-ref-name>";
        return Archives.testWar(name, ResourceReferenceIT.class, settings, StatelessEjb.class)
                .addAsWebInfResource(
                        Archives.text(
                                "<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.0'>" + entry
                                        + "<res-type>javax.sql.DataSource</res-type><res-auth>Container</res-auth></resource-ref></web-app>"),
                        "web.xml")
                .addAsWebInfResource(
                        Archives.text("<jboss-web>" + entry
                                + "<jndi-name>java:/jdbc/holdfast</jndi-name></resource-ref></jboss-web>"),
                        "jboss-web.xml")
                .addAsWebInfResource(
                        Archives.text("<glassfish-web-app>" + entry
                                + "<jndi-name>jdbc/holdfast</jndi-name></resource-ref></glassfish-web-app>"),
                        "glassfish-web.xml")
                .addAsWebInfResource(
                        Archives.text("<web-bnd xmlns='http://websphere.ibm.com/xml/ns/javaee' version='1.2'>"
                                + "<resource-ref name='" + reference
                                + "' binding-name='jdbc/holdfast'/></web-bnd>"),
                        "ibm-web-bnd.xml");
    }

    @Test
    @OperateOnDeployment("component")
    @DisplayName("the data source can be a resource reference of the component")
    void shouldResolveReferenceOfComponent() throws Exception {
        assertLocks(ejb::call);
    }

    @Test
    @OperateOnDeployment("application")
    @DisplayName("without any setting, the resource reference java:app/env/jdbc/holdfast is used as the data source")
    void shouldResolveReferenceOfApplication() throws Exception {
        assertLocks(ejb::call);
    }
}
