// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.acquire.Attempts;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.OpenSession;
import io.holdfast.lock.postgres.session.PinnedSessions;
import io.holdfast.lock.postgres.session.Servers;
import io.holdfast.lock.postgres.session.SessionAllocation;
import io.holdfast.lock.postgres.session.SessionTerms;
import io.holdfast.lock.postgres.session.Sessions;
import io.holdfast.lock.postgres.sql.AcquireStatement;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.testkit.RecordingListener;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jetbrains.lincheck.datastructures.Validate;

/** What may be done with one lock: by its holder, by the watch, by the locker that closes, and by the server. */
public class HeldLockOperations {

    /** Nothing of it passes while the model checker works, also on a loaded machine. */
    private static final LockerConfig CONFIG =
            LockerConfig.DEFAULT.heartbeat(Duration.ZERO).checkInterval(Duration.ofDays(1));

    private static final LockRequest REQUEST = LockRequest.of("key");
    private static final Logger SILENT = Logger.getLogger("io.holdfast.lock");

    static {
        SILENT.setLevel(Level.OFF);
    }

    private final FakeSession server = new FakeSession();
    private final RecordingListener listener = new RecordingListener();
    private final Keepers keepers = new Keepers();
    private final Tenures tenures;
    private final HeldLocks heldLocks;
    private final LockAttempt attempt = new Attempts(CONFIG).attempt(REQUEST, LockRequest.IMMEDIATE);
    private final Grant grant;

    /** Written by the first operation, which runs alone. */
    private HeldLock lock;

    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger released = new AtomicInteger();
    private final AtomicInteger actions = new AtomicInteger();
    private final AtomicInteger actionsRun = new AtomicInteger();
    private volatile LockState last = LockState.HELD;
    private volatile boolean wentBack;

    public HeldLockOperations() throws SQLException {
        // What is for keeper threads runs on the caller's from now on.
        keepers.stop(Duration.ZERO);
        SessionAllocation allocation = new PinnedSessions();
        Servers servers = new Servers();
        Sessions sessions = new Sessions(server.others(), CONFIG);
        tenures = new Tenures(allocation, servers, sessions, keepers, CONFIG);
        heldLocks = new HeldLocks(tenures, allocation, servers, new Listeners(List.of(listener)), keepers, CONFIG);
        LockSession session = OpenSession.on(server.connection());
        session.setUp();
        session.locks()
                .acquire(new AcquireStatement(
                        REQUEST.mode(), attempt.lockId(), null, SessionTerms.of(REQUEST, CONFIG), false));
        grant = new Grant(session, attempt.lockId(), true, null, System.nanoTime());
    }

    /** The first operation, since Lincheck gives objects other hash codes than they have out here. */
    public void hold() {
        lock = heldLocks.hold(grant, attempt, new LonelyPlace(ended::incrementAndGet));
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

    /** RELEASED is said as soon as the lock is being released; what came of it may still turn out to be LOST. */
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
        server.kill();
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
        List<String> events = listener.events();
        require(events.stream().filter("acquired"::equals).count() == 1, "the grant is told once");
        String told = end == LockState.LOST ? "lost" : "released";
        require(
                events.stream()
                        .filter(List.of("lost", "released")::contains)
                        .toList()
                        .equals(List.of(told)),
                "the end is told once");
        require(events.indexOf("acquired") < events.indexOf(told), "the end is told after the grant");
        require(actionsRun.get() == (end == LockState.LOST ? actions.get() : 0), "actions run once if it was lost");
        require(released.get() <= (end == LockState.RELEASED ? 1 : 0), "it is released once");
        require(server.unlocks.get() <= 1, "the server is asked once to unlock");
        require(!server.held.get(), "the server has freed it");
        require(server.isGivenUp(), "its session is given up");
        require(tenures.isEmpty(), "the locker has forgotten it");
        require(ended.get() == 1, "the next may have its turn");
    }

    private static void require(boolean promise, String what) {
        if (!promise) {
            throw new IllegalStateException("not kept: " + what);
        }
    }
}
