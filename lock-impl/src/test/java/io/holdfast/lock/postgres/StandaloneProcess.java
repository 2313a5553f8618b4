// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockHandles;
import io.holdfast.lock.LockNotAcquiredException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockState;
import io.holdfast.lock.integration.StandaloneLocker;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;

/**
 * The main class of a JVM that has no container and nothing of its APIs. It uses two lockers as a program would, asks the
 * server what they have done, and prints a line for each claim that was true. Has no nested classes, so that it is one file.
 */
final class StandaloneProcess {

    private static final Duration MOMENT = Duration.ofMillis(300);
    private static final int LONG_SECONDS = 20;

    private final Connection server;
    private final StandaloneLocker one;
    private final StandaloneLocker other;
    private final String key;

    private StandaloneProcess(Connection server, StandaloneLocker one, StandaloneLocker other, String key) {
        this.server = server;
        this.one = one;
        this.other = other;
        this.key = key;
    }

    /**
     * Parameters: URL, user and password of the database, the key, and a list of classes with commas between them, which
     * have to work here.
     */
    public static void main(String[] args) throws Exception {
        for (String api : List.of(
                "jakarta.inject.Inject",
                "jakarta.enterprise.context.ApplicationScoped",
                "jakarta.transaction.Transaction",
                "org.eclipse.microprofile.config.Config",
                "org.jspecify.annotations.Nullable")) {
            require(api + " is missing", isMissing(api));
        }
        for (String name : args[4].split(",")) {
            Class<?> type = Class.forName(name);
            require(name + " links", type.getDeclaredMethods().length + type.getDeclaredFields().length >= 0);
        }
        say("no container");
        try (Connection server = DriverManager.getConnection(args[0], args[1], args[2]);
                HikariDataSource pool = pool(args);
                HikariDataSource otherPool = pool(args)) {
            StandaloneLocker one = locker(pool);
            try (StandaloneLocker other = locker(otherPool)) {
                new StandaloneProcess(server, one, other, args[3]).run();
            } finally {
                one.close();
            }
            require("every connection is back", pool.getHikariPoolMXBean().getActiveConnections() == 0);
            require("the pool is open", !pool.isClosed());
        }
        say("end");
    }

    private static HikariDataSource pool(String[] args) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(args[0]);
        pool.setUsername(args[1]);
        pool.setPassword(args[2]);
        pool.setMaximumPoolSize(6);
        return pool;
    }

    private static StandaloneLocker locker(HikariDataSource pool) {
        return StandaloneLocker.builder(pool)
                .namespace(4711)
                .checkInterval(Duration.ofMillis(200))
                .connectionTimeout(Duration.ofSeconds(10))
                .answerTimeout(Duration.ofSeconds(10))
                .build();
    }

    private static boolean isMissing(String type) {
        try {
            Class.forName(type);
            return false;
        } catch (ClassNotFoundException e) {
            return true;
        }
    }

    private void run() throws Exception {
        one.ping();
        say("ping");
        exclude();
        runBodies();
        acquireAsynchronously();
        lockView();
        count();
        lose();
        closeAll();
    }

    private void exclude() throws Exception {
        try (LockHandle handle = one.acquire(key)) {
            require("it is held", handle.isHeld());
            require("the server knows", holders() == 1);
            require("a try is refused", other.tryAcquire(key).isEmpty());
            requireThrown(LockNotAcquiredException.class, () -> other.acquire(LockRequest.of(key), MOMENT));
            require("both count the same lock", one.lockId(key) == other.lockId(key));
            require(
                    "the administration shows it",
                    other.admin().lock(key).orElseThrow().holders().size() == 1);
        }
        require("it is free", holders() == 0);
        try (LockHandle handle = other.tryAcquire(key).orElseThrow()) {
            require("the other has it", handle.isHeld() && one.tryAcquire(key).isEmpty());
        }
        say("exclusion");
    }

    private void runBodies() throws Exception {
        require("the result", one.withLock(key, () -> holders()) == 1);
        require("the handle", one.withLock(key, handle -> handle.isHeld()));
        require("it has run", one.tryWithLock(LockRequest.of(key), () -> holders()));
        require("it is free", holders() == 0);
        say("withLock");
    }

    private void acquireAsynchronously() throws Exception {
        CompletableFuture<LockHandle> waiting;
        try (LockHandle handle = one.acquire(key)) {
            waiting = other.acquireAsync(LockRequest.of(key));
            requireThrown(TimeoutException.class, () -> waiting.get(300, TimeUnit.MILLISECONDS));
            require("it is held", handle.isHeld());
        }
        waiting.get(LONG_SECONDS, TimeUnit.SECONDS).release();
        say("acquireAsync");
    }

    private void lockView() throws Exception {
        Lock view = one.asLock(LockRequest.of(key));
        view.lock();
        try {
            require("the other is refused", !other.asLock(LockRequest.of(key)).tryLock());
        } finally {
            view.unlock();
        }
        require("it is free", holders() == 0);
        say("asLock");
    }

    private void count() throws Exception {
        LockRequest fenced = LockRequest.of(key).fenced(true);
        FencingToken first =
                one.withLock(fenced, handle -> handle.fencingToken().orElseThrow());
        FencingToken second =
                other.withLock(fenced, handle -> handle.fencingToken().orElseThrow());
        require("tokens grow", second.compareTo(first) > 0);
        say("fencing token");
    }

    private void lose() throws Exception {
        CountDownLatch lost = new CountDownLatch(1);
        LockHandle handle = one.acquire(key);
        handle.onLost(lost::countDown);

        ask("select count(pg_terminate_backend(pid)) from pg_locks where " + isLock());

        require("the loss is reported", lost.await(LONG_SECONDS, TimeUnit.SECONDS));
        require("the state is LOST", handle.state() == LockState.LOST);
        requireThrown(LockNotHeldException.class, () -> {
            handle.release();
            return null;
        });
        say("onLost");
    }

    private void closeAll() throws Exception {
        LockHandle handle = one.acquire(key);
        LockHandles several = one.acquireAll(List.of(LockRequest.of(key + "/1"), LockRequest.of(key + "/2")));
        one.close();
        one.close();

        require("they are free", holders() == 0 && other.tryAcquire(key + "/2").isPresent());
        require("the handles know", handle.state() == LockState.RELEASED);
        require("all of them", several.all().stream().noneMatch(LockHandle::isHeld));
        requireThrown(IllegalStateException.class, () -> one.acquire(key));
        requireThrown(IllegalStateException.class, () -> one.admin().locks());
        try (LockHandle next = other.acquire(key)) {
            require("the other goes on", next.isHeld());
        }
        say("close");
    }

    private long holders() throws SQLException {
        return ask("select count(*) from pg_locks where granted and " + isLock());
    }

    private String isLock() {
        return "locktype = 'advisory' and (classid::bigint << 32) | objid::bigint = " + one.lockId(key);
    }

    private long ask(String sql) throws SQLException {
        try (Statement statement = server.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    private static void require(String claim, boolean isTrue) {
        if (!isTrue) {
            throw new AssertionError("not true: " + claim);
        }
    }

    private static void requireThrown(Class<? extends Exception> type, Callable<?> call) {
        try {
            call.call();
        } catch (Exception e) {
            require(type.getSimpleName() + " and not " + e + Arrays.toString(e.getStackTrace()), type.isInstance(e));
            return;
        }
        throw new AssertionError("not thrown: " + type.getSimpleName());
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
