// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.annotation.Resource;
import jakarta.ejb.Stateful;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.transaction.UserTransaction;
import java.util.concurrent.Callable;

/** Has bean-managed transactions, and keeps one open between two calls, as stateful beans may. */
@Stateful
@TransactionManagement(TransactionManagementType.BEAN)
public class OpeningEjb {

    @Resource
    private UserTransaction transaction;

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    public <T> T begin(Callable<T> work) throws Exception {
        transaction.begin();
        return work.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    public <T> T call(Callable<T> work) throws Exception {
        return work.call();
    }

    public void commit() throws Exception {
        transaction.commit();
    }

    public void rollback() throws Exception {
        transaction.rollback();
    }
}
