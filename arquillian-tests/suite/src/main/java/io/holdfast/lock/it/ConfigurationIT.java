// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.beans.ForgetfulBean;
import io.holdfast.lock.it.beans.HiddenDomainBean;
import io.holdfast.lock.it.beans.Keys;
import io.holdfast.lock.it.beans.SkippingBean;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Settings of the locks of one name, sources that hide their names, and names that are no setting. */
@ArquillianTest
public class ConfigurationIT {

    private static final LockRequest REQUEST =
            LockRequest.of("configuration/42").name("order/#{order.id}");

    @Inject
    private Locker locker;

    @Inject
    private HiddenDomainBean hidden;

    @Inject
    private SkippingBean bean;

    @Inject
    private LogOfStart log;

    @Deployment
    static WebArchive configured() {
        WebArchive war = Archives.testWar(
                ConfigurationIT.class,
                Map.of(
                        "holdfast.lock.order/#{order.id}.wait-at-most", "200ms",
                        "holdfast.lock.order/#{order.id}.ttl", "40s",
                        "holdfast.lock.order/#{order.id}.lease", "enforced",
                        "holdfast.wait-at-mots", "1s"),
                ForgetfulBean.class,
                SkippingBean.class,
                HiddenDomainBean.class,
                HiddenSource.class);
        return Archives.loggingFromStart(war)
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml")
                .addAsServiceProvider(ConfigSource.class, HiddenSource.class);
    }

    @Test
    @DisplayName("settings for a lock name apply wherever a request does not specify a value")
    void shouldUseSettingsOfName() throws Exception {
        try (LockHandle handle = locker.acquire(REQUEST)) {
            assertEquals(Duration.ofSeconds(40), handle.ttl());
            long start = System.nanoTime();

            assertThrows(LockNotAcquiredException.class, () -> locker.acquire(REQUEST));

            assertTrue(System.nanoTime() - start < Duration.ofSeconds(30).toNanos(), "not the 60 s of other locks");
        }
        try (LockHandle handle = locker.acquire(REQUEST.ttl(Duration.ofSeconds(50)))) {
            assertEquals(Duration.ofSeconds(50), handle.ttl(), "what the program says");
        }
        try (LockHandle handle = locker.acquire(REQUEST.name("other"))) {
            assertEquals(LockRequest.UNLIMITED, handle.ttl());
        }
    }

    @Test
    @DisplayName("the log names the database that was reached, without the parameters of its URL")
    void shouldNameDatabase() {
        String database = System.getProperty("holdfast.jdbc.url").replaceFirst("[?].*", "");
        assertTrue(log.has("HOLDFAST-0101", "locks use jdbc/holdfast, which leads to " + database + ", namespace 0"));
    }

    @Test
    @DisplayName("settings for a method's locks or for a domain are found in a configuration source that does not list"
            + " its names")
    void shouldAskForSettingsByName() throws Exception {
        assertEquals("ran", bean.configured());
        try (LockHandle handle = locker.acquire(LockRequest.of(Keys.SHARED))) {
            assertNull(bean.configured(), "it is skipped");
            assertTrue(handle.isHeld());
        }
        assertNotEquals(locker.lockId(Keys.SHARED), hidden.locker().lockId(Keys.SHARED), "of a namespace of its own");
        hidden.locker().acquire(LockRequest.of(Keys.SHARED)).release();
    }

    @Test
    @DisplayName("a name that is not a setting is logged as a warning, with the most similar setting")
    void shouldWarnOfUnknownSetting() {
        assertTrue(log.has("HOLDFAST-0130", "holdfast.wait-at-mots", "Did you mean holdfast.wait-at-most?"));
        assertFalse(log.has("HOLDFAST-0130", "order/#{order.id}"));
        assertFalse(log.has("HOLDFAST-0130", "holdfast.jdbc."));
    }

    @Test
    @DisplayName("a method that overrides a @Locked method without repeating the annotation is logged at deployment")
    void shouldWarnAboutOverrides() {
        assertTrue(log.has("HOLDFAST-0054", "ForgetfulBean.transfer", "KeyBean.transfer"));
        assertFalse(log.has("HOLDFAST-0054", "ship"));
    }
}
