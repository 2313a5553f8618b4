// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.util.concurrent.Callable;

/** Container-managed transactions with every attribute; the annotation of the class applies to inherited methods, too. */
@Stateless
@Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
public class AttributesEjb extends CallingEjb {

    @TransactionAttribute(TransactionAttributeType.MANDATORY)
    public <T> T mandatory(Callable<T> work) throws Exception {
        return work.call();
    }

    @TransactionAttribute(TransactionAttributeType.NEVER)
    public <T> T never(Callable<T> work) throws Exception {
        return work.call();
    }
}
