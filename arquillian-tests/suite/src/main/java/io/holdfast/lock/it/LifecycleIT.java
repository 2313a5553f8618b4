// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.it.beans.LifecycleBean;
import io.holdfast.lock.it.beans.LifecycleEjb;
import io.holdfast.lock.it.beans.LifecycleWork;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Application code that locks while its application starts and stops. */
@ArquillianTest
@RunAsClient
public class LifecycleIT extends ObservingTest {

    private static final Class<?>[] BEANS = {LifecycleBean.class, LifecycleEjb.class, LifecycleWork.class};

    @Deployment(name = "lifecycle-war", managed = false, testable = false)
    static WebArchive war() {
        return Archives.war("lifecycle-war", BEANS);
    }

    @Deployment(name = "lifecycle-ear", managed = false, testable = false)
    static EnterpriseArchive ear() {
        return Archives.ear("lifecycle-ear", BEANS, ProcessServlet.class);
    }

    @Test
    @DisplayName("observers of Startup and Shutdown, @PostConstruct and @PreDestroy methods can acquire locks, in a WAR"
            + " and in an EAR")
    void shouldLockDuringStartAndEnd() {
        for (String application : List.of("lifecycle-war", "lifecycle-ear")) {
            deployer.deploy(application);
            deployer.undeploy(application);

            String log = OBSERVER.post("observer?what=lifecycle");
            assertEquals(
                    Set.of(
                            "@Observes Startup: held",
                            "@Observes Shutdown: held",
                            "bean @PostConstruct: held",
                            "bean @PreDestroy: held",
                            "EJB @PostConstruct: held",
                            "EJB @PreDestroy: held"),
                    log.lines().collect(Collectors.toSet()),
                    application);
        }
    }
}
