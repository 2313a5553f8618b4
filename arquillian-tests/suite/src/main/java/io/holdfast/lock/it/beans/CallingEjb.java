// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import jakarta.ejb.AsyncResult;
import jakarta.ejb.Asynchronous;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;

/** Calls from stateless EJBs. */
@Stateless
public class CallingEjb {

    @TransactionAttribute(TransactionAttributeType.REQUIRED)
    public <T> T required(Callable<T> work) throws Exception {
        return work.call();
    }

    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public <T> T requiresNew(Callable<T> work) throws Exception {
        return work.call();
    }

    @TransactionAttribute(TransactionAttributeType.SUPPORTS)
    public <T> T supports(Callable<T> work) throws Exception {
        return work.call();
    }

    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public <T> T notSupported(Callable<T> work) throws Exception {
        return work.call();
    }

    @Asynchronous
    public Future<Object> asynchronous(Callable<?> work) throws Exception {
        return new AsyncResult<>(work.call());
    }
}
