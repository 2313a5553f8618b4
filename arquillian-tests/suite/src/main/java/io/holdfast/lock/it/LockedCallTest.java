// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.it.beans.Keys;
import io.holdfast.lock.it.beans.LosingEjb;
import io.holdfast.lock.it.beans.NestingBean;
import jakarta.inject.Inject;
import java.util.Map;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** A test that calls {@code @Locked} methods of one bean and of one EJB. */
abstract class LockedCallTest extends ServerTest {

    @Inject
    CurrentLock current;

    @Inject
    NestingBean bean;

    @Inject
    LosingEjb ejb;

    static WebArchive war(Class<? extends LockedCallTest> test) {
        return Archives.testWar(
                test, Map.of("holdfast.check-interval", "200ms"), NestingBean.class, LosingEjb.class, LockLog.class);
    }

    @Override
    String[] keys() {
        return new String[] {Keys.SHARED, "outer/1", "inner/1"};
    }
}
