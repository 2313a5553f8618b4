// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.spi.LockListener;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import org.eclipse.microprofile.metrics.MetricRegistry;

/**
 * Counts and times the attempts to acquire. Not by annotations: a server may drop the metrics of an application together with
 * those of the same names of another one, as Open Liberty does, and then the annotated method fails. Here a metric that is
 * gone is made anew. Where the server has no MicroProfile Metrics, the container drops this bean.
 */
@ApplicationScoped
class AcquisitionMetrics implements LockListener {

    private static final String TIME = "holdfast.acquire.time";
    private static final String CALLS = "holdfast.acquire.calls";

    /** Not resolvable where the application brings the API and the server does not implement it. */
    @Inject
    private Instance<MetricRegistry> registry;

    @Override
    public void acquired(LockHandle handle, Duration waited) {
        count(waited);
    }

    @Override
    public void contended(LockRequest request, Duration waited) {
        count(waited);
    }

    @Override
    public void failed(LockRequest request, LockException failure) {
        if (registry.isResolvable()) {
            registry.get().counter(CALLS).inc();
        }
    }

    private void count(Duration waited) {
        if (registry.isResolvable()) {
            registry.get().counter(CALLS).inc();
            registry.get().timer(TIME).update(waited);
        }
    }
}
