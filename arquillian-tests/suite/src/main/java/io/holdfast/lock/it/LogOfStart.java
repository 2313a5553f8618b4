// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.BeforeBeanDiscovery;
import jakarta.enterprise.inject.spi.BeforeShutdown;
import jakarta.enterprise.inject.spi.Extension;

/** What the locker logs from before its application starts until after its end. */
public class LogOfStart implements Extension {

    /** Written once, before any bean is there. */
    private LockLog log;

    void open(@Observes BeforeBeanDiscovery event) {
        log = new LockLog();
    }

    void close(@Observes BeforeShutdown event) {
        log.close();
    }

    boolean has(String... parts) {
        return log.has(parts);
    }
}
