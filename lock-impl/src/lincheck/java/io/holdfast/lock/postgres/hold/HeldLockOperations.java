// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockState;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Validate;

/** What may be done with one lock: by its holder, by the watch, by the locker that closes, and by the server. */
public class HeldLockOperations {

    private final FakeLocker locker = new FakeLocker();

    /** Written by the first operation, which runs alone. */
    private HeldLock lock;

    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger released = new AtomicInteger();
    private final AtomicInteger actions = new AtomicInteger();
    private final AtomicInteger actionsRun = new AtomicInteger();
    private volatile LockState last = LockState.HELD;
    private volatile boolean wentBack;

    public HeldLockOperations() throws SQLException {}

    /** The first operation, since Lincheck gives objects other hash codes than they have out here. */
    public void hold() {
        lock = locker.heldLocks.hold(locker.grant, locker.attempt, FakeLocker.lastPlace(ended::incrementAndGet));
    }

    // ---- the caller

    public void announce() {
        lock.announce(Duration.ZERO);
    }

    public String release() {
        try {
            lock.release();
            released.incrementAndGet();
            return "released";
        } catch (LockNotHeldException e) {
            return "not held";
        }
    }

    public void close() {
        lock.close();
    }

    public String refresh() {
        try {
            lock.refresh(Duration.ofMinutes(1));
            return "held";
        } catch (LockNotHeldException e) {
            return "not held";
        }
    }

    /** The last state that anybody has seen before must not be ahead of what is seen afterwards. */
    public LockState state() {
        LockState before = last;
        LockState now = lock.state();
        wentBack |= rank(now) < rank(before);
        last = now;
        return now;
    }

    /** RELEASED is reported as soon as the release begins; the outcome may still turn out to be LOST. */
    private static int rank(LockState state) {
        return List.of(LockState.HELD, LockState.RELEASED, LockState.LOST).indexOf(state);
    }

    public void onLost() {
        actions.incrementAndGet();
        lock.onLost(actionsRun::incrementAndGet);
    }

    // ---- others

    /** The watch, or a statement that failed. */
    public void lose() {
        Tenures.loseAll(List.of(lock.tenure()));
    }

    /** The locker closes, or the handle was dropped. */
    public void startEnding() {
        lock.startEnding();
    }

    public void serverEndsSession() {
        locker.server.kill();
    }

    // ---- afterwards

    public String whatBecameOfIt() {
        lock.close();
        return lock.state() + (actionsRun.get() > 0 ? ", and said so" : "");
    }

    /** Holds whatever happened, once the lock has ended and nothing runs any more. */
    @Validate
    public void requirePromisesKept() throws ReflectiveOperationException {
        LockState end = lock.state();
        require(end == LockState.RELEASED || end == LockState.LOST, "it ends");
        require(!wentBack, "what has ended is not held again");
        List<String> events = locker.listener.events();
        require(events.stream().filter("acquired"::equals).count() == 1, "the grant is reported once");
        String told = end == LockState.LOST ? "lost" : "released";
        require(
                events.stream()
                        .filter(List.of("lost", "released")::contains)
                        .toList()
                        .equals(List.of(told)),
                "the end is reported once");
        require(events.indexOf("acquired") < events.indexOf(told), "the end is reported after the grant");
        require(actionsRun.get() == (end == LockState.LOST ? actions.get() : 0), "actions run once if it was lost");
        require(released.get() <= (end == LockState.RELEASED ? 1 : 0), "it is released once");
        require(locker.server.unlocks.get() <= 1, "the server is asked once to unlock");
        require(!locker.server.held.get(), "the server has freed it");
        require(locker.server.isGivenUp(), "its session is given up");
        require(locker.tenures.isEmpty(), "the locker has forgotten it");
        require(ended.get() == 1, "the next may have its turn");
    }

    private static void require(boolean promise, String what) {
        if (!promise) {
            throw new IllegalStateException("not kept: " + what);
        }
    }
}
