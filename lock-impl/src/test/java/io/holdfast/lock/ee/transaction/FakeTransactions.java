// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One transaction after another, which every thread is in. */
final class FakeTransactions implements TransactionSynchronizationRegistry, AutoCloseable {

    private final Map<Object, Object> resources = new HashMap<>();
    private final List<Synchronization> synchronizations = new ArrayList<>();
    private int status = Status.STATUS_NO_TRANSACTION;
    private int number;
    private RuntimeException failure;

    /** Is used by {@link JtaTransaction} until it is closed. */
    FakeTransactions() {
        JtaTransaction.findRegistry(container(), this);
    }

    @Override
    public void close() {
        JtaTransaction.forgetRegistry(this);
    }

    private BeanManager container() {
        Instance<?> instance = fake(Instance.class, (self, method, arguments) -> switch (method.getName()) {
            case "select" -> self;
            case "isResolvable" -> true;
            case "get" -> this;
            default -> throw new UnsupportedOperationException(method.toString());
        });
        return fake(BeanManager.class, (self, method, arguments) -> instance);
    }

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(FakeTransactions.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    void begin() {
        number++;
        status = Status.STATUS_ACTIVE;
    }

    /** Returns whether it was committed, and not rolled back. */
    boolean commit() {
        for (Synchronization synchronization : List.copyOf(synchronizations)) {
            synchronization.beforeCompletion();
        }
        boolean isCommitted = status == Status.STATUS_ACTIVE;
        int outcome = isCommitted ? Status.STATUS_COMMITTED : Status.STATUS_ROLLEDBACK;
        status = Status.STATUS_NO_TRANSACTION;
        synchronizations.forEach(synchronization -> synchronization.afterCompletion(outcome));
        synchronizations.clear();
        resources.clear();
        return isCommitted;
    }

    /** From now on no synchronization is accepted. */
    void refuseSynchronizations(RuntimeException reason) {
        failure = reason;
    }

    @Override
    public Object getTransactionKey() {
        return status == Status.STATUS_NO_TRANSACTION ? null : number;
    }

    @Override
    public void putResource(Object key, Object value) {
        resources.put(key, value);
    }

    @Override
    public Object getResource(Object key) {
        return resources.get(key);
    }

    @Override
    public void registerInterposedSynchronization(Synchronization synchronization) {
        if (failure != null) {
            throw failure;
        }
        synchronizations.add(synchronization);
    }

    @Override
    public int getTransactionStatus() {
        return status;
    }

    @Override
    public void setRollbackOnly() {
        status = Status.STATUS_MARKED_ROLLBACK;
    }

    @Override
    public boolean getRollbackOnly() {
        return status == Status.STATUS_MARKED_ROLLBACK;
    }
}
