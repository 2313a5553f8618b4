// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.LockMode;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import jakarta.annotation.Resource;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.Stateful;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.Transactional;
import java.io.Serializable;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** The kinds of beans that {@link Locked} is for. Each runs what it is given. */
public final class LockedBeans {

    /** The key that they share. */
    public static final String KEY = "shared/key";

    private LockedBeans() {}

    /** Container-managed transactions. */
    @Stateless
    public static class StatelessEjb {

        @Resource
        private TransactionSynchronizationRegistry registry;

        @Locked(value = KEY, waitAtMost = Locked.IMMEDIATE)
        public <T> T call(Callable<T> work) throws Exception {
            return work.call();
        }

        @Locked(value = KEY, waitAtMost = 30)
        public <T> T callWaiting(Callable<T> work) throws Exception {
            return work.call();
        }

        @Locked(value = KEY, mode = LockMode.SHARED, waitAtMost = Locked.IMMEDIATE)
        public <T> T callShared(Callable<T> work) throws Exception {
            return work.call();
        }

        @Locked(value = KEY, waitAtMost = Locked.IMMEDIATE)
        @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
        public <T> T callWithoutTransaction(Callable<T> work) throws Exception {
            return work.call();
        }

        @Locked(value = KEY, waitAtMost = Locked.IMMEDIATE)
        public <T> T callAndRollBack(Callable<T> work) throws Exception {
            registry.setRollbackOnly();
            return work.call();
        }

        @Locked(value = KEY, waitAtMost = -7)
        public void wrongWait() {}

        @Locked("")
        public void emptyKey() {}
    }

    /** Passivating. */
    @Stateful
    public static class StatefulEjb implements Serializable {

        private static final long serialVersionUID = 1L;

        @Locked(value = KEY, waitAtMost = Locked.IMMEDIATE)
        public <T> T call(Callable<T> work) throws Exception {
            return work.call();
        }
    }

    /** The annotation of the class stands for its methods. */
    @ApplicationScoped
    @Locked(value = KEY, waitAtMost = Locked.IMMEDIATE)
    public static class CdiBean {

        public <T> T call(Callable<T> work) throws Exception {
            return work.call();
        }

        @Locked(value = "another/key", waitAtMost = Locked.IMMEDIATE)
        public <T> T callUnderAnotherKey(Callable<T> work) throws Exception {
            return work.call();
        }

        @Transactional
        public <T> T callTransactional(Callable<T> work) throws Exception {
            return work.call();
        }
    }

    /** Inherits the annotation of its class. */
    @Dependent
    public static class InheritingBean extends CdiBean {}

    /** Every second; tells how many sessions held the lock of its time-out method meanwhile. */
    @Singleton
    @Startup
    public static class TimerEjb {

        public static final String TIMER = "timer/key";

        @Inject
        private Locker locker;

        private final AtomicInteger runs = new AtomicInteger();
        private final AtomicInteger runsUnderLock = new AtomicInteger();

        @Schedule(second = "*", minute = "*", hour = "*", persistent = false)
        @Locked(TIMER)
        void timeout() {
            runs.incrementAndGet();
            runsUnderLock.addAndGet(PgLocks.holders(locker.lockId(TIMER)));
        }

        @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
        public int[] runs() {
            return new int[] {runs.get(), runsUnderLock.get()};
        }
    }
}
