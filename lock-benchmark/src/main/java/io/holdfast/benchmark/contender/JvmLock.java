// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.contender;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A fair {@link ReentrantLock} for each key: the least that a first come, first served lock costs inside one JVM. */
final class JvmLock implements Contender {

    static final String NAME = "ReentrantLock (fair)";

    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    private ReentrantLock lock(String key) {
        return locks.computeIfAbsent(key, any -> new ReentrantLock(true));
    }

    @Override
    public @Nullable Object tryAcquire(String key) {
        ReentrantLock lock = lock(key);
        return lock.tryLock() ? lock : null;
    }

    @Override
    public @Nullable Object acquire(String key, Duration atMost) throws InterruptedException {
        ReentrantLock lock = lock(key);
        return lock.tryLock(atMost.toNanos(), TimeUnit.NANOSECONDS) ? lock : null;
    }

    @Override
    public void release(Object held) {
        ((ReentrantLock) held).unlock();
    }
}
