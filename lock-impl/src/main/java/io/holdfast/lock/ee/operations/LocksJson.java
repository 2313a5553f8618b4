// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.operations;

import io.holdfast.lock.LockInfo;
import io.holdfast.lock.postgres.PostgresLocker;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the operations endpoint answers; by hand, since a server with Jakarta REST need not have Jakarta JSON. */
final class LocksJson {

    private LocksJson() {}

    static String of(List<LockInfo> locks, boolean withKeys) {
        return "{\"locks\":"
                + array(locks.stream().map(lock -> lock(lock, withKeys)).toList()) + "}";
    }

    private static String lock(LockInfo lock, boolean withKeys) {
        return "{\"lockId\":" + text(lock.lockId())
                + ",\"key\":" + text(withKeys ? lock.key() : null)
                + ",\"holders\":" + sessions(lock.holders(), withKeys)
                + ",\"waiters\":" + sessions(lock.waiters(), withKeys) + "}";
    }

    private static String sessions(List<LockInfo.Session> sessions, boolean withKeys) {
        return array(
                sessions.stream().map(session -> session(session, withKeys)).toList());
    }

    private static String session(LockInfo.Session session, boolean withKeys) {
        String name = session.applicationName();
        return "{\"pid\":" + session.pid()
                + ",\"mode\":" + text(session.mode())
                + ",\"user\":" + text(session.user())
                + ",\"applicationName\":" + text(withKeys ? name : PostgresLocker.withoutLock(name))
                + ",\"address\":" + text(session.address())
                + ",\"since\":" + text(session.since()) + "}";
    }

    private static String array(List<String> elements) {
        return "[" + String.join(",", elements) + "]";
    }

    /** Numbers of 64 bit too: JavaScript would round them. */
    static String text(@Nullable Object value) {
        return value == null
                ? "null"
                : value.toString().chars().mapToObj(LocksJson::escaped).collect(Collectors.joining("", "\"", "\""));
    }

    private static String escaped(int character) {
        return character == '"' || character == '\\' || character < ' ' || Character.isSurrogate((char) character)
                ? String.format("\\u%04x", character)
                : String.valueOf((char) character);
    }
}
