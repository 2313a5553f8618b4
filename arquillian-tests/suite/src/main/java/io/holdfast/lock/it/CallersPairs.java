// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.Contexts.Context;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.UserTransaction;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.management.JMException;

/**
 * Acquires and releases on a kept session in every context, also where transactions end or have failed. Shows on which
 * threads the server is asked, and that neither the session nor the application's work takes notice.
 */
@ApplicationScoped
public class CallersPairs {

    private static final LockRequest REQUEST = LockRequest.of("pairs/key");
    private static final int PAIRS = 20;

    /** At least this many bytes are allocated by the thread that sends the statements of a pair. */
    private static final int BYTES_PER_PAIR = 1000;

    @Inject
    private Contexts contexts;

    @Resource
    private UserTransaction transaction;

    @Resource(lookup = "java:comp/TransactionSynchronizationRegistry")
    private TransactionSynchronizationRegistry registry;

    /** In all contexts, of which some roll the work of the application back. */
    public void assertAsksOnRightThread(Locker locker) throws Exception {
        boolean onCallersThread = !isLiberty();
        Rows rows = new Rows("pairs");
        pair(locker);
        int pid = pair(locker);
        int kept = 0;
        for (Map.Entry<String, Context> committing : committing().entrySet()) {
            assertPairs(locker, rows, pid, committing.getKey(), committing.getValue(), onCallersThread);
            kept++;
            int expected = kept;
            // A timer's transaction is committed after its method has returned.
            PgLocks.eventually(committing.getKey() + ": the work is committed", () -> rows.count() == expected);
        }
        for (Map.Entry<String, Context> rollingBack : rollingBack().entrySet()) {
            assertPairs(locker, rows, pid, rollingBack.getKey(), rollingBack.getValue(), onCallersThread);
            assertEquals(kept, rows.count(), rollingBack.getKey() + ": the work is rolled back");
        }
    }

    private Map<String, Context> committing() {
        Map<String, Context> all = new LinkedHashMap<>(contexts.all());
        all.put("interrupted", CallersPairs::interrupted);
        all.put(
                "interrupted, UserTransaction",
                work -> contexts.all().get("request, UserTransaction").call(() -> interrupted(work)));
        return all;
    }

    private Map<String, Context> rollingBack() {
        Map<String, Context> all = new LinkedHashMap<>();
        all.put("UserTransaction, rollback", work -> rolledBack(() -> {}, work));
        all.put("UserTransaction, marked for rollback", work -> rolledBack(transaction::setRollbackOnly, work));
        all.put("UserTransaction, timed out", this::timedOut);
        return all;
    }

    private interface Work {
        void run() throws Exception;
    }

    private Object rolledBack(Work before, Callable<Object> work) throws Exception {
        transaction.begin();
        try {
            work.call();
            before.run();
            return work.call();
        } finally {
            transaction.rollback();
        }
    }

    private Object timedOut(Callable<Object> work) throws Exception {
        transaction.setTransactionTimeout(1);
        try {
            return rolledBack(
                    () -> PgLocks.eventually(
                            "it has timed out", () -> registry.getTransactionStatus() != Status.STATUS_ACTIVE),
                    work);
        } finally {
            transaction.setTransactionTimeout(0);
        }
    }

    /** The work sets the flag before each release, and clears it after that. */
    private static Object interrupted(Callable<Object> work) throws Exception {
        try {
            return work.call();
        } finally {
            Thread.interrupted();
        }
    }

    private void assertPairs(Locker locker, Rows rows, int pid, String where, Context context, boolean onCallersThread)
            throws Exception {
        boolean interrupting = where.startsWith("interrupted");
        boolean[] worked = new boolean[1];
        context.call(() -> {
            if (!worked[0]) {
                worked[0] = true;
                rows.insert();
            }
            Map<Long, Long> before = keepersAllocations();
            for (int i = 0; i < PAIRS; i++) {
                LockHandle handle = locker.acquire(REQUEST);
                if (interrupting) {
                    Thread.currentThread().interrupt();
                }
                handle.release();
                assertEquals(interrupting, Thread.interrupted(), where);
            }
            long bytes = allocatedSince(before);
            assertEquals(
                    onCallersThread,
                    bytes < PAIRS * BYTES_PER_PAIR,
                    where + ": keepers have allocated " + bytes + " bytes");
            assertEquals(pid, pair(locker), where + ": the same session");
            return null;
        });
        assertEquals(0, PgLocks.holders(locker.lockId(REQUEST.key())), where + ": nothing is left");
    }

    /** Returns the session, which is in no transaction while it holds the lock. */
    private static int pair(Locker locker) throws Exception {
        long lockId = locker.lockId(REQUEST.key());
        LockHandle handle = locker.acquire(REQUEST);
        int pid = PgLocks.pidOf(lockId);
        assertEquals("idle", PgLocks.restingStateOf(pid));
        assertTrue(locker.tryAcquire(REQUEST).isEmpty());
        handle.release();
        assertEquals(0, PgLocks.holders(lockId), "released at once");
        return pid;
    }

    /** While a transaction completes, and when it has. */
    public void assertServesCompletion(Locker locker) throws Exception {
        for (boolean commit : new boolean[] {true, false}) {
            Rows rows = new Rows("pairs");
            pair(locker);
            int pid = pair(locker);
            int[] pids = new int[2];
            LockHandle[] held = new LockHandle[1];
            Throwable[] failure = new Throwable[1];
            transaction.begin();
            rows.insert();
            registry.registerInterposedSynchronization(new Synchronization() {
                @Override
                public void beforeCompletion() {
                    run(() -> pids[0] = acquireAndRelease(locker), failure);
                }

                @Override
                public void afterCompletion(int status) {
                    run(() -> pids[1] = acquireAndRelease(locker), failure);
                    run(() -> held[0] = locker.acquire(REQUEST), failure);
                }
            });
            if (commit) {
                transaction.commit();
            } else {
                transaction.rollback();
            }
            if (failure[0] != null) {
                throw new AssertionError("commit: " + commit, failure[0]);
            }
            assertEquals(commit ? pid : 0, pids[0], "before the completion, which a rollback does not have");
            assertEquals(pid, pids[1], "after the completion");
            assertEquals(pid, PgLocks.pidOf(locker.lockId(REQUEST.key())), "held beyond the transaction");
            held[0].release();
            assertEquals(0, PgLocks.holders(locker.lockId(REQUEST.key())));
            assertEquals(commit ? 1 : 0, rows.count());
        }
    }

    private static void run(Work work, Throwable[] failure) {
        try {
            work.run();
        } catch (Throwable e) {
            failure[0] = e;
        }
    }

    /** Another thread looks at the session, since one whose transaction completes opens no connection. */
    private static int acquireAndRelease(Locker locker) throws Exception {
        LockHandle handle = locker.acquire(REQUEST);
        try {
            int[] pid = new int[1];
            Thread looking = new Thread(() -> pid[0] = PgLocks.pidOf(locker.lockId(REQUEST.key())));
            looking.setContextClassLoader(Thread.currentThread().getContextClassLoader());
            looking.start();
            looking.join();
            return pid[0];
        } finally {
            handle.release();
        }
    }

    private static boolean isLiberty() throws SQLException {
        try (Connection connection = Rows.dataSource().getConnection()) {
            return connection.getClass().getName().startsWith("com.ibm.");
        }
    }

    /**
     * How many bytes each keeper thread has allocated, by its id: a thread that sends a statement allocates some. (How
     * often threads wait shows less, since an answer may be there before they begin to wait.)
     */
    private static Map<Long, Long> keepersAllocations() throws JMException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Map<Long, Long> bytes = new HashMap<>();
        for (ThreadInfo each : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (each != null && each.getThreadName().startsWith("holdfast-keeper-")) {
                Object[] id = {each.getThreadId()};
                bytes.put(each.getThreadId(), (Long) ManagementFactory.getPlatformMBeanServer()
                        .invoke(threads.getObjectName(), "getThreadAllocatedBytes", id, new String[] {"long"}));
            }
        }
        return bytes;
    }

    private static long allocatedSince(Map<Long, Long> before) throws JMException {
        return keepersAllocations().entrySet().stream()
                .mapToLong(each -> Math.max(0, each.getValue() - before.getOrDefault(each.getKey(), 0L)))
                .sum();
    }
}
