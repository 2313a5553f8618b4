// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.annotation.Resource;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.transaction.UserTransaction;
import java.util.concurrent.Callable;

/** Bean-managed transactions. */
@Stateless
@TransactionManagement(TransactionManagementType.BEAN)
public class BeanManagedEjb {

    @Resource
    private UserTransaction transaction;

    /** Runs the first inside a transaction of this method, and the second when that has been committed. */
    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    public <T> T call(Callable<?> inside, Callable<T> after) throws Exception {
        transaction.begin();
        inside.call();
        transaction.commit();
        return after.call();
    }

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    public <T> T callLocked(Callable<T> work) throws Exception {
        return work.call();
    }

    public <T> T callUnlocked(Callable<T> work) throws Exception {
        return work.call();
    }
}
