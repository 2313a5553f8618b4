// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.faulttolerance.Retry;

/** Under MicroProfile Fault Tolerance, as acquiring is, without the product. */
@ApplicationScoped
public class RetryingBean {

    @Retry
    public String call() {
        return "done";
    }
}
