// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.peer;

import io.holdfast.benchmark.contender.Contender;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A peer whose locks are those of the Java platform's interface. */
final class JavaLocks implements Contender {

    private final Function<String, Lock> locks;
    private final Runnable closing;

    JavaLocks(Function<String, Lock> locks, Runnable closing) {
        this.locks = locks;
        this.closing = closing;
    }

    @Override
    public @Nullable Object tryAcquire(String key) {
        Lock lock = locks.apply(key);
        return lock.tryLock() ? lock : null;
    }

    @Override
    public @Nullable Object acquire(String key, Duration atMost) throws InterruptedException {
        Lock lock = locks.apply(key);
        return lock.tryLock(atMost.toMillis(), TimeUnit.MILLISECONDS) ? lock : null;
    }

    @Override
    public void release(Object held) {
        ((Lock) held).unlock();
    }

    @Override
    public void close() {
        closing.run();
    }
}
