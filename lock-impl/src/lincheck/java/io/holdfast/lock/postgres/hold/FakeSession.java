// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.postgres.config.ConnectionSource;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that has granted one lock to one session, and the connection to it. Nothing here waits. */
final class FakeSession {

    private static final int PID = 7;

    /** What a yield answers. */
    private static final int NOT_HELD = 0;

    private static final int GRANTED_AGAIN = 2;

    /** Whether the server holds the lock for the session. */
    final AtomicBoolean held = new AtomicBoolean(true);

    final AtomicInteger unlocks = new AtomicInteger();

    private volatile boolean dead;
    private volatile boolean closed;

    /** The server ends the session. */
    void kill() {
        dead = true;
        held.set(false);
    }

    /** Whether the locker has given the connection up, in the one way or the other. */
    boolean isGivenUp() {
        return closed;
    }

    Connection connection() {
        return fake(Connection.class, (proxy, method, arguments) -> {
            switch (method.getName()) {
                case "prepareStatement" -> {
                    requireUsable();
                    return statement((String) arguments[0]);
                }
                case "abort" -> kill();
                case "close" -> closed = true;
                case "getAutoCommit" -> {
                    return true;
                }
                default -> throw new UnsupportedOperationException(method.getName());
            }
            return null;
        });
    }

    private void requireUsable() throws SQLException {
        if (dead || closed) {
            throw new SQLException("the session is gone", "08003");
        }
    }

    private PreparedStatement statement(String sql) {
        Object[] answer = new Object[1];
        return fake(PreparedStatement.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "execute" -> {
                requireUsable();
                answer[0] = answer(sql);
                yield true;
            }
            case "getResultSet" -> row(answer[0]);
            case "getMoreResults" -> false;
            case "setString", "setLong", "setInt", "close" -> null;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private Object answer(String sql) {
        if (sql.contains("pg_advisory_unlock(") && sql.contains("pg_try_advisory_lock(")) {
            return held.get() ? GRANTED_AGAIN : NOT_HELD;
        }
        if (sql.contains("pg_advisory_unlock(")) {
            unlocks.incrementAndGet();
            return held.getAndSet(false);
        }
        return held.get();
    }

    private static ResultSet row(Object answer) {
        return fake(ResultSet.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "next" -> true;
            case "getBoolean" -> answer;
            case "wasNull" -> false;
            case "getInt" -> answer instanceof Integer ? answer : (Object) PID;
            case "getLong" -> 0L;
            case "getString" -> null;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    /** Connections for the locker's own questions: about the session, which is killed, and is not there then. */
    ConnectionSource others() {
        return () -> fake(Connection.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "prepareStatement" ->
                fake(PreparedStatement.class, (statement, call, values) -> switch (call.getName()) {
                    case "execute" -> {
                        kill();
                        yield true;
                    }
                    case "getResultSet" -> row(true);
                    case "getMoreResults" -> false;
                    default -> null;
                });
            case "getAutoCommit" -> true;
            default -> null;
        });
    }

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        InvocationHandler withIdentity = (proxy, method, arguments) -> switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> type.hashCode();
            case "toString" -> type.getSimpleName();
            default -> handler.invoke(proxy, method, arguments);
        };
        return type.cast(
                Proxy.newProxyInstance(FakeSession.class.getClassLoader(), new Class<?>[] {type}, withIdentity));
    }
}
