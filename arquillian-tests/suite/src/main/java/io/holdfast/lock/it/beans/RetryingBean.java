// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.faulttolerance.Retry;

/** Retries what it is given, by MicroProfile Fault Tolerance. */
@ApplicationScoped
public class RetryingBean {

    @Retry(maxRetries = OrderBean.ATTEMPTS - 1, delay = 1, jitter = 0)
    public void retry(Runnable call) {
        call.run();
    }
}
