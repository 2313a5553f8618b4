// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.LockDomain;
import io.holdfast.lock.Locker;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@link CallersPairs} on the recommended data source and on the server's default settings; sessions are kept. */
@ArquillianTest
@DisplayName("The caller's thread")
public class CallersThreadIT {

    private static final String OPEN_LIBERTY = "keeper threads use the sessions instead, because using a connection"
            + " enlists it in the transaction of the thread";

    @Inject
    private CallersPairs pairs;

    @Inject
    private Locker recommended;

    @Inject
    @LockDomain("work")
    private Locker work;

    @Deployment
    static WebArchive deployment() {
        Map<String, String> settings = new HashMap<>(Map.of("holdfast.work.datasource", "jdbc/work"));
        for (String domain : new String[] {"holdfast.", "holdfast.work."}) {
            settings.put(domain + "keep-session", "60s");
            settings.put(domain + "check-interval", "60s");
            settings.put(domain + "heartbeat", "60s");
        }
        return Archives.pinned(CallersThreadIT.class, settings).addClass(CallersPairs.class);
    }

    @Test
    @Differs(on = "Liberty", how = OPEN_LIBERTY)
    @DisplayName(
            "C3, C10: with the recommended data source, kept sessions are used on the caller's thread in all contexts")
    void shouldAskOnCallersThread() throws Exception {
        pairs.assertAsksOnRightThread(recommended);
    }

    @Test
    @Differs(on = "Liberty", how = OPEN_LIBERTY)
    @DisplayName("C3, C10: with the application's own data source and the server's default settings, kept sessions are"
            + " used on the caller's thread in all contexts")
    void shouldAskOnCallersThreadOnDefaultDataSource() throws Exception {
        pairs.assertAsksOnRightThread(work);
    }

    @Test
    @DisplayName("C3, C10: a kept session can be used before and after the completion of a transaction, and stays"
            + " outside the transaction")
    void shouldServeCompletion() throws Exception {
        pairs.assertServesCompletion(recommended);
        pairs.assertServesCompletion(work);
    }
}
