// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.contender;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The least that a lock in PostgreSQL can cost: each thread has its own open connection with prepared statements, and a
 * lock is two round trips.
 */
final class Floor implements Contender {

    static final String NAME = "floor";

    /** The connection of a thread. */
    private static final class Pinned {
        final Connection connection;
        final PreparedStatement tryLock;
        final PreparedStatement lock;
        final PreparedStatement unlock;
        long limit = -1;

        Pinned(Connection connection) throws SQLException {
            this.connection = connection;
            this.tryLock = connection.prepareStatement(LockStatements.TRY);
            this.lock = connection.prepareStatement(LockStatements.WAIT);
            this.unlock = connection.prepareStatement(LockStatements.UNLOCK);
        }
    }

    private record Held(Pinned session, long id) {}

    private final Environment environment;
    private final Queue<Pinned> all = new ConcurrentLinkedQueue<>();
    private final ThreadLocal<Pinned> own = ThreadLocal.withInitial(this::open);

    Floor(Environment environment) {
        this.environment = environment;
    }

    private Pinned open() {
        try {
            Pinned session = new Pinned(environment.connect());
            all.add(session);
            return session;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public @Nullable Object tryAcquire(String key) throws SQLException {
        Pinned session = own.get();
        long id = LockStatements.id(key);
        return LockStatements.ask(session.tryLock, id) ? new Held(session, id) : null;
    }

    @Override
    public @Nullable Object acquire(String key, Duration atMost) throws SQLException {
        Pinned session = own.get();
        long id = LockStatements.id(key);
        if (session.limit != atMost.toMillis()) {
            session.limit = atMost.toMillis();
            LockStatements.limitWaits(session.connection, session.limit);
        }
        return LockStatements.waitFor(session.lock, id) ? new Held(session, id) : null;
    }

    @Override
    public void release(Object held) throws SQLException {
        Held lock = (Held) held;
        LockStatements.unlock(lock.session.unlock, lock.id);
    }

    @Override
    public void close() throws SQLException {
        for (Pinned session : all) {
            session.connection.close();
        }
    }
}
