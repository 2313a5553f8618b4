// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.util.concurrent.Callable;

/** Loses its lock. */
@Stateless
public class LosingEjb {

    @Locked(value = Keys.SHARED, waitAtMost = 30)
    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public <T> T callInNewTransaction(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = 30)
    public <T> T call(Callable<T> work) throws Exception {
        return work.call();
    }
}
