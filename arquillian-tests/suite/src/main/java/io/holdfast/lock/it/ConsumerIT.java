// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.util.Set;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A project that Maven built of the two published jars alone, as a user does. The system property {@code consumer.war} names one that
 * was built elsewhere.
 */
@ArquillianTest
@RunAsClient
public class ConsumerIT {

    @Deployment(testable = false)
    static WebArchive consumer() {
        String war = System.getProperty("consumer.war", "");
        return ShrinkWrap.createFromZipFile(
                WebArchive.class, war.isEmpty() ? Archives.file("consumer.war") : new File(war));
    }

    @Test
    @DisplayName("a user's project needs two dependencies, which have no further dependencies")
    void shouldNeedTwoJars() {
        assertEquals(
                Set.of("lock-api", "lock-impl"),
                consumer().getContent(path -> path.get().matches("/WEB-INF/lib/.+")).keySet().stream()
                        .map(path -> path.get().replaceAll("/WEB-INF/lib/|-[0-9].*[.]jar", ""))
                        .collect(toSet()));
    }

    @Test
    @DisplayName("a user's project acquires locks through the annotation and through the Locker")
    void shouldLock() {
        assertEquals("true true", new RemoteDeployment("consumer").post("stock?item=42"));
    }
}
