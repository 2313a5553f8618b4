// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.operations;

import io.holdfast.lock.LockInfo;
import io.holdfast.lock.postgres.PostgresLocker;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes the list of locks as JSON, without Jakarta JSON, which a server with Jakarta REST may lack. */
final class LocksJson {

    private LocksJson() {}

    static String of(List<LockInfo> locks, boolean showsKeys) {
        return "{\"locks\":"
                + array(locks.stream().map(lock -> lock(lock, showsKeys)).toList()) + "}";
    }

    private static String lock(LockInfo lock, boolean showsKeys) {
        return "{\"lockId\":" + text(lock.lockId())
                + ",\"key\":" + text(showsKeys ? lock.key() : null)
                + ",\"holders\":" + sessions(lock.holders(), showsKeys)
                + ",\"waiters\":" + sessions(lock.waiters(), showsKeys) + "}";
    }

    private static String sessions(List<LockInfo.Session> sessions, boolean showsKeys) {
        return array(
                sessions.stream().map(session -> session(session, showsKeys)).toList());
    }

    private static String session(LockInfo.Session session, boolean showsKeys) {
        String name = session.applicationName();
        return "{\"pid\":" + session.pid()
                + ",\"mode\":" + text(session.mode())
                + ",\"user\":" + text(session.user())
                + ",\"applicationName\":" + text(showsKeys ? name : PostgresLocker.withoutLock(name))
                + ",\"address\":" + text(session.address())
                + ",\"since\":" + text(session.since()) + "}";
    }

    private static String array(List<String> elements) {
        return "[" + String.join(",", elements) + "]";
    }

    /** Writes numbers of 64 bits as text, too, because JavaScript would round them. */
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
