// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.Contexts.Context;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Shows that a lock stays on its session, wherever it was acquired, while the application works with connections of jdbc/work
 * everywhere, in transactions and out of them.
 */
@ApplicationScoped
public class PinnedConnections {

    private static final String KEY = "pinned/key";
    private static final int WORKERS = 8;
    private static final int TRIES = 100;
    private static final int KEYS = 6;

    @Inject
    private Contexts contexts;

    @Resource
    private ManagedThreadFactory threads;

    /** Acquires in every context, and uses in every context. */
    public void assertStaysOnSession(Locker locker) throws Exception {
        Rows rows = new Rows("pinned");
        long lockId = locker.lockId(KEY);
        int works = 0;
        for (Map.Entry<String, Context> acquiring : contexts.all().entrySet()) {
            LockHandle handle = (LockHandle) acquiring.getValue().call(() -> {
                rows.insert();
                LockHandle acquired = locker.acquire(LockRequest.of(KEY));
                rows.insert();
                return acquired;
            });
            works += 2;
            int pid = PgLocks.pidOf(lockId);
            for (Map.Entry<String, Context> using : contexts.all().entrySet()) {
                String where = "acquired in " + acquiring.getKey() + ", used in " + using.getKey();
                using.getValue().call(() -> {
                    rows.insert();
                    assertEquals(pid, PgLocks.pidOf(lockId), where);
                    assertEquals("idle", PgLocks.restingStateOf(pid), where);
                    handle.refresh(LockRequest.UNLIMITED);
                    assertTrue(locker.tryAcquire(LockRequest.of(KEY)).isEmpty(), where);
                    return null;
                });
                works++;
                assertEquals(1, PgLocks.holders(lockId), where);
            }
            releasingContext(acquiring.getKey()).call(() -> {
                handle.release();
                return null;
            });
            assertEquals(0, PgLocks.holders(lockId), acquiring.getKey());
        }
        assertEquals(works, rows.count(), "all work of the application is committed");
    }

    /** A context that is not the context of the acquisition. */
    private Context releasingContext(String acquiredIn) {
        List<Map.Entry<String, Context>> others = contexts.all().entrySet().stream()
                .filter(context -> !context.getKey().equals(acquiredIn))
                .toList();
        return others.get(Math.floorMod(acquiredIn.hashCode(), others.size())).getValue();
    }

    /** Acquires, works and releases in random contexts, on several threads. */
    public void assertExcludesUnderLoad(Locker locker) throws Exception {
        Rows rows = new Rows("load");
        AtomicIntegerArray holders = new AtomicIntegerArray(KEYS);
        AtomicInteger violations = new AtomicInteger();
        AtomicInteger grants = new AtomicInteger();
        List<FutureTask<Void>> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            Random random = new Random(i);
            FutureTask<Void> worker = new FutureTask<>(() -> {
                List<Context> all = List.copyOf(contexts.all().values());
                for (int n = 0; n < TRIES; n++) {
                    int key = random.nextInt(KEYS);
                    LockRequest request = LockRequest.of(KEY + key);
                    Optional<?> handle =
                            (Optional<?>) all.get(random.nextInt(all.size())).call(() -> {
                                rows.insert();
                                return locker.tryAcquire(request);
                            });
                    if (handle.isPresent()) {
                        grants.incrementAndGet();
                        violations.addAndGet(holders.incrementAndGet(key) - 1);
                        int pid = PgLocks.pidOf(locker.lockId(request.key()));
                        violations.addAndGet(pid == 0 ? 1 : 0);
                        all.get(random.nextInt(all.size())).call(() -> {
                            rows.insert();
                            holders.decrementAndGet(key);
                            ((LockHandle) handle.get()).release();
                            return null;
                        });
                    }
                }
                return null;
            });
            workers.add(worker);
            threads.newThread(worker).start();
        }
        for (FutureTask<Void> worker : workers) {
            worker.get();
        }
        assertEquals(0, violations.get());
        assertTrue(grants.get() > WORKERS * TRIES / 10, "granted: " + grants);
        for (int key = 0; key < KEYS; key++) {
            assertEquals(0, PgLocks.holders(locker.lockId(KEY + key)), "nothing is left");
        }
    }
}
