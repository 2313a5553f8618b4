// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.it.beans.Decorated;
import io.holdfast.lock.it.beans.TtlBean;
import io.holdfast.lock.it.beans.WrongBean;
import io.holdfast.lock.it.beans.WrongDecorator;
import io.holdfast.lock.it.beans.WrongEjb;
import io.holdfast.lock.it.beans.WrongFinalBean;
import io.holdfast.lock.it.beans.WrongKeyBean;
import io.holdfast.lock.it.beans.WrongMessageEjb;
import io.holdfast.lock.it.beans.WrongServlet;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Deployments that must fail for a wrong {@code @Locked}. */
@ArquillianTest
@RunAsClient
public class LockedMistakesIT {

    @ArquillianResource
    private Deployer deployer;

    @Deployment(name = "wrong-bean", managed = false, testable = false)
    static WebArchive wrongBean() {
        return Archives.war(
                "wrong-bean", Map.of(), WrongBean.class, WrongKeyBean.class, WrongDecorator.class, Decorated.class);
    }

    @Deployment(name = "wrong-servlet", managed = false, testable = false)
    static WebArchive wrongServlet() {
        return Archives.war("wrong-servlet", Map.of(), WrongServlet.class);
    }

    @Deployment(name = "wrong-final-bean", managed = false, testable = false)
    static WebArchive wrongFinalBean() {
        return Archives.war("wrong-final-bean", Map.of(), WrongFinalBean.class);
    }

    @Deployment(name = "wrong-ejb", managed = false, testable = false)
    static EnterpriseArchive wrongEjb() {
        return Archives.ear("wrong-ejb", new Class<?>[] {WrongEjb.class}, PgLocks.class);
    }

    @Deployment(name = "wrong-message-ejb", managed = false, testable = false)
    static WebArchive wrongMessageEjb() {
        return Archives.war("wrong-message-ejb", Map.of(), WrongMessageEjb.class)
                .addAsWebInfResource(
                        Archives.text("<ejb-jar-bnd xmlns='http://websphere.ibm.com/xml/ns/javaee' version='1.1'>"
                                + "<message-driven name='WrongMessageEjb'><jca-adapter activation-spec-binding-name="
                                + "'eis/messages'/></message-driven></ejb-jar-bnd>"),
                        "ibm-ejb-jar-bnd.xml");
    }

    @Deployment(name = "wrong-setting", managed = false, testable = false)
    static WebArchive wrongSetting() {
        return Archives.war("wrong-setting", Map.of("holdfast.lock.order.min-hold", "1m"), TtlBean.class);
    }

    @Test
    @DisplayName("C24: a setting that contradicts an annotation fails the deployment")
    void shouldRefuseSetting() {
        FailedDeployment.assertFails(
                deployer, "wrong-setting", "HOLDFAST-0052", "TtlBean.order", "minHold must be below the ttl");
    }

    @Test
    @DisplayName("C24: mistakes of a CDI bean fail the deployment, each by the name of its method")
    void shouldRefuseBean() {
        FailedDeployment.assertFails(
                deployer, "wrong-bean", "HOLDFAST-0110", "WrongBean.misspelt", "ident, which is no parameter");
        FailedDeployment.assertFails(
                deployer, "wrong-bean", "HOLDFAST-0110", "WrongBean.contradictory", "scope TRANSACTION");
        FailedDeployment.assertFails(
                deployer, "wrong-final-bean", "HOLDFAST-0110", "WrongFinalBean", "a final class cannot be intercepted");
    }

    @Test
    @DisplayName("C24: keys that would not be what they seem, results that do their work later, and decorators")
    void shouldRefuseWhatWouldRunWithoutItsLock() {
        FailedDeployment.assertFails(
                deployer,
                "wrong-bean",
                "WrongKeyBean.braces",
                "{arg0} is plain text",
                "Write #{arg0}",
                "WrongKeyBean.date",
                "is of java.util.Date, which cannot be part of a key",
                "WrongKeyBean.stream",
                "Stream, whose work comes after the method",
                "WrongDecorator.ship",
                "Put @Locked on the bean that it decorates");
    }

    @Test
    @Differs(
            on = "Payara",
            how = "it shows a servlet to extensions at its first request, which is refused with the message")
    @DisplayName("C24: a servlet, which calls its methods itself, fails the deployment")
    void shouldRefuseServlet() throws Exception {
        if (!System.getProperty("compatibility.server", "").startsWith("Payara")) {
            FailedDeployment.assertFails(
                    deployer, "wrong-servlet", "HOLDFAST-0110", "WrongServlet.doGet", "Move the work to a @Locked");
            return;
        }
        deployer.deploy("wrong-servlet");
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(Environment.url() + "/wrong-servlet/wrong"))
                    .build();
            int status = HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            assertEquals(500, status, "the answer to a request that would have run without its lock");
        } finally {
            deployer.undeploy("wrong-servlet");
        }
    }

    @Test
    @DisplayName("C24: a mistake of an EJB in an EAR fails the deployment")
    void shouldRefuseEjb() {
        FailedDeployment.assertFails(
                deployer, "wrong-ejb", "HOLDFAST-0110", "WrongEjb.timeout", "a private method cannot be intercepted");
    }

    @Test
    @DisplayName("C24: a mistake of a message-driven bean fails the deployment")
    void shouldRefuseMessageDrivenBean() {
        FailedDeployment.assertFails(
                deployer,
                "wrong-message-ejb",
                "HOLDFAST-0110",
                "WrongMessageEjb.onMessage",
                "the key must not be empty");
    }
}
