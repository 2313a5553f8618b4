// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.LockDomain;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.util.concurrent.Callable;

/** Locks in two domains. */
@Stateless
public class DomainEjb {

    @Inject
    @LockDomain("billing")
    private Locker billing;

    @Inject
    private DomainEjb self;

    public long lockId(String key) {
        return billing.lockId(key);
    }

    @Locked(value = "domain/order", domain = "billing")
    public <T> T inBilling(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked("domain/order")
    public <T> T inBoth(Callable<T> work) throws Exception {
        return self.inBilling(work);
    }
}
