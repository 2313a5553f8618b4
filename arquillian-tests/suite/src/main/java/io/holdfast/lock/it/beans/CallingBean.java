// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.util.concurrent.Callable;

/** Calls from a CDI bean. */
@ApplicationScoped
public class CallingBean {

    @Transactional(TxType.REQUIRED)
    public <T> T required(Callable<T> work) throws Exception {
        return work.call();
    }

    @Transactional(TxType.REQUIRES_NEW)
    public <T> T requiresNew(Callable<T> work) throws Exception {
        return work.call();
    }

    @Transactional(TxType.NOT_SUPPORTED)
    public <T> T notSupported(Callable<T> work) throws Exception {
        return work.call();
    }
}
