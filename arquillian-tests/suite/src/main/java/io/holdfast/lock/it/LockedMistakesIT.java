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
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Deployments that must fail for a wrong {@code @Locked}. */
@ArquillianTest
@RunAsClient
public class LockedMistakesIT extends DeployingTest {

    @Deployment(name = "wrong-bean", managed = false, testable = false)
    static WebArchive wrongBean() {
        return Archives.war("wrong-bean", WrongBean.class, WrongKeyBean.class, WrongDecorator.class, Decorated.class);
    }

    @Deployment(name = "wrong-servlet", managed = false, testable = false)
    static WebArchive wrongServlet() {
        return Archives.war("wrong-servlet", WrongServlet.class);
    }

    @Deployment(name = "wrong-final-bean", managed = false, testable = false)
    static WebArchive wrongFinalBean() {
        return Archives.war("wrong-final-bean", WrongFinalBean.class);
    }

    @Deployment(name = "wrong-ejb", managed = false, testable = false)
    static EnterpriseArchive wrongEjb() {
        return Archives.ear("wrong-ejb", new Class<?>[] {WrongEjb.class}, PgLocks.class);
    }

    @Deployment(name = "wrong-message-ejb", managed = false, testable = false)
    static WebArchive wrongMessageEjb() {
        return Archives.boundToMessages(
                Archives.war("wrong-message-ejb", WrongMessageEjb.class), WrongMessageEjb.class);
    }

    @Deployment(name = "wrong-setting", managed = false, testable = false)
    static WebArchive wrongSetting() {
        return Archives.war("wrong-setting", Map.of("holdfast.lock.order.min-hold", "1m"), TtlBean.class);
    }

    @Test
    @DisplayName("C24: a setting that contradicts an annotation fails the deployment")
    void shouldRefuseSetting() {
        assertFails("wrong-setting", "HOLDFAST-0052", "TtlBean.order", "minHold must be below the ttl");
    }

    @Test
    @DisplayName("C24: mistakes in the @Locked annotations of a CDI bean fail the deployment with a message that names"
            + " each method")
    void shouldRefuseBean() {
        assertFails(
                "wrong-bean",
                "HOLDFAST-0110",
                "WrongBean.misspelt",
                "ident, which is no parameter",
                "WrongBean.contradictory",
                "scope TRANSACTION");
        assertFails("wrong-final-bean", "HOLDFAST-0110", "WrongFinalBean", "a final class cannot be intercepted");
    }

    @Test
    @DisplayName("C24: the deployment fails for misleading keys, for results whose work is done after the method, and"
            + " for decorators")
    void shouldRefuseWhatWouldRunWithoutItsLock() {
        assertFails(
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
            how = "the server shows a servlet to CDI extensions only at the first request, and that request is refused"
                    + " with the message")
    @DisplayName("C24: @Locked on a servlet fails the deployment, because a servlet calls its methods itself")
    void shouldRefuseServlet() throws Exception {
        if (!System.getProperty("compatibility.server", "").startsWith("Payara")) {
            assertFails("wrong-servlet", "HOLDFAST-0110", "WrongServlet.doGet", "Move the work to a @Locked");
            return;
        }
        whileDeployed(
                "wrong-servlet",
                application -> assertEquals(
                        500,
                        Http.get("wrong-servlet/wrong").statusCode(),
                        "the answer to a request that would have run without its lock"));
    }

    @Test
    @DisplayName("C24: a mistake in the @Locked annotation of an EJB in an EAR fails the deployment")
    void shouldRefuseEjb() {
        assertFails("wrong-ejb", "HOLDFAST-0110", "WrongEjb.timeout", "a private method cannot be intercepted");
    }

    @Test
    @DisplayName("C24: a mistake in the @Locked annotation of a message-driven bean fails the deployment")
    void shouldRefuseMessageDrivenBean() {
        assertFails("wrong-message-ejb", "HOLDFAST-0110", "WrongMessageEjb.onMessage", "the key must not be empty");
    }
}
