// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jetbrains.lincheck.datastructures.Validate;

/** What may be done with a lock for which others wait in this JVM: by each holder, by the watch, and by the server. */
public class HandOverOperations {

    private static final int HOLDERS = 3;

    private final FakeLocker locker = new FakeLocker();
    private final AtomicReferenceArray<HeldLock> locks = new AtomicReferenceArray<>(HOLDERS);
    private final AtomicInteger places = new AtomicInteger(1);
    private volatile boolean lost;
    private volatile boolean passedOnWhenLost;

    public HandOverOperations() throws SQLException {}

    /** One place after the other: the first of them holds the lock, and the next gets it. */
    private final class HeirPlace implements Place<Tenure> {

        private final int number;

        HeirPlace(int number) {
            this.number = number;
        }

        @Override
        public boolean isAwaited() {
            return number + 1 < HOLDERS;
        }

        @Override
        public LockRequest next() {
            return isAwaited() ? FakeLocker.REQUEST : null;
        }

        @Override
        public Place<Tenure> passOn(boolean withToken) {
            return isAwaited() ? new HeirPlace(number + 1) : null;
        }

        @Override
        public void deliver(Tenure tenure) {
            places.incrementAndGet();
            HeldLock lock = locker.heldLocks.takeOver(tenure, locker.attempt);
            lock.announce(Duration.ZERO);
            locks.set(number, lock);
        }

        @Override
        public void end() {
            places.decrementAndGet();
        }
    }

    /** The first operation, since Lincheck gives objects other hash codes than they have out here. */
    public void hold() {
        HeldLock lock = locker.heldLocks.hold(locker.grant, locker.attempt, new HeirPlace(0));
        lock.announce(Duration.ZERO);
        locks.set(0, lock);
    }

    // ---- the holders

    public void release(int number) {
        HeldLock lock = locks.get(number);
        if (lock != null) {
            boolean lostBefore = lost && lock.tenure() == locks.get(0).tenure();
            try {
                lock.release();
                passedOnWhenLost |= lostBefore;
            } catch (LockNotHeldException e) {
                // As it may be.
            }
        }
    }

    public void startEnding(int number) {
        HeldLock lock = locks.get(number);
        if (lock != null) {
            lock.startEnding();
        }
    }

    // ---- others

    /** The watch finds that the server does not have the lock of the first tenure. */
    public void lose() {
        Tenures.loseAll(List.of(locks.get(0).tenure()));
        lost = true;
    }

    public void serverEndsSession() {
        locker.server.kill();
    }

    // ---- afterwards

    /** What no later call changes for the better: then everybody releases. */
    public void endAll() {
        List<HeldLock> all = all();
        for (HeldLock lock : all) {
            boolean ofLost = lost && lock.tenure() == all.get(0).tenure();
            require(!ofLost || lock.state() != LockState.HELD, "nobody holds a lost lock");
        }
        for (int i = 0; i < HOLDERS; i++) {
            startEnding(i);
        }
    }

    private List<HeldLock> all() {
        List<HeldLock> all = new ArrayList<>();
        for (int i = 0; i < HOLDERS; i++) {
            if (locks.get(i) != null) {
                all.add(locks.get(i));
            }
        }
        return all;
    }

    /** Holds whatever happened, once all have released and nothing runs any more. */
    @Validate
    public void requirePromisesKept() {
        List<HeldLock> all = all();
        List<String> events = locker.listener.events();
        require(!passedOnWhenLost, "a lost lock is not released");
        require(Collections.frequency(events, "acquired") == all.size(), "each holder is notified of its lock");
        long losses =
                all.stream().filter(lock -> lock.state() == LockState.LOST).count();
        require(all.stream().noneMatch(lock -> lock.state() == LockState.HELD), "all have ended");
        require(Collections.frequency(events, "lost") == losses, "each loss is reported once");
        require(Collections.frequency(events, "released") == all.size() - losses, "each end is reported once");
        for (int i = 0; i + 1 < all.size(); i++) {
            boolean passedOn = all.get(i).tenure() == all.get(i + 1).tenure();
            require(!passedOn || all.get(i).state() == LockState.RELEASED, "only a lock that is released is passed on");
        }
        require(locker.server.unlocks.get() <= 1, "the server is asked once to unlock");
        require(!locker.server.held.get(), "the server has freed it");
        require(locker.server.isGivenUp(), "its session is given up");
        require(locker.tenures.isEmpty(), "the locker has forgotten it");
        require(places.get() == all.size() - 1, "the last place has ended, once");
    }

    private static void require(boolean promise, String what) {
        if (!promise) {
            throw new IllegalStateException("not kept: " + what);
        }
    }
}
