// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.contender;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.PostgresLocker;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Holdfast over the same pool as the naive lock, with all settings as shipped except those that the name says. */
final class HoldfastLock implements Contender {

    /** How the lock is used. */
    record Usage(String name, UnaryOperator<LockerConfig> config, UnaryOperator<LockRequest> request) {

        static final Usage PINNED = new Usage("Holdfast pinned", config -> config, request -> request);
        static final Usage WITHOUT_HAND_OVER =
                new Usage("Holdfast without hand-over", config -> config.handOver(Duration.ZERO), request -> request);
        static final Usage SHARED =
                new Usage("Holdfast shared", config -> config.sessions(SessionMode.SHARED), request -> request);
        static final Usage FENCED = new Usage("Holdfast fenced", config -> config, request -> request.fenced(true));
        static final Usage ENFORCED = new Usage(
                "Holdfast enforced", config -> config, request -> request.enforcedTtl(Duration.ofSeconds(30)));
    }

    private final PostgresLocker locker;
    private final UnaryOperator<LockRequest> request;

    HoldfastLock(Usage usage, Environment environment) {
        this.locker = new PostgresLocker(
                usage.config.apply(LockerConfig.DEFAULT), ConnectionSource.of(environment.pool()), List.of());
        this.request = usage.request;
    }

    @Override
    public @Nullable Object tryAcquire(String key) throws InterruptedException {
        return locker.tryAcquire(request.apply(LockRequest.of(key))).orElse(null);
    }

    @Override
    public @Nullable Object acquire(String key, Duration atMost) throws InterruptedException {
        try {
            return locker.acquire(request.apply(LockRequest.of(key)), atMost);
        } catch (LockNotAcquiredException e) {
            return null;
        }
    }

    @Override
    public void release(Object held) {
        ((LockHandle) held).release();
    }

    @Override
    public void close() {
        locker.close();
    }
}
