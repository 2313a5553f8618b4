// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.Locked;
import io.holdfast.lock.it.beans.OrderBean.Attempt;
import jakarta.annotation.Resource;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.List;
import org.eclipse.microprofile.faulttolerance.Retry;

/** {@code @Locked} beside the annotations of MicroProfile Fault Tolerance, in an EJB. */
@Stateless
public class OrderEjb {

    @Inject
    private CurrentLock lock;

    @Resource
    private TransactionSynchronizationRegistry registry;

    @Retry(maxRetries = OrderBean.ATTEMPTS - 1, delay = 1, jitter = 0)
    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE, fenced = true)
    public void retried(List<Attempt> attempts) {
        OrderBean.attempt(attempts, lock, registry);
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE, fenced = true)
    public void once(List<Attempt> attempts) {
        OrderBean.attempt(attempts, lock, registry);
    }
}
