// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockInfo;
import io.holdfast.lock.LockInfo.Session;
import io.holdfast.lock.postgres.acquire.Attempts;
import io.holdfast.lock.postgres.hold.Tenures;
import io.holdfast.lock.postgres.session.Inquiries;
import io.holdfast.lock.postgres.session.Question;
import io.holdfast.lock.postgres.sql.LockId;
import io.holdfast.lock.postgres.sql.LocksQuery;
import io.holdfast.lock.postgres.sql.LocksQuery.LockRow;
import io.holdfast.lock.postgres.sql.SessionName;
import io.holdfast.lock.postgres.sql.SessionName.Published;
import io.holdfast.lock.postgres.sql.SqlStates;
import io.holdfast.lock.postgres.sql.TerminateShownStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads {@code pg_locks}. The keys are those of this locker's own locks, and those that other sessions publish. */
final class PostgresLockAdmin implements LockAdmin {

    private final Attempts attempts;
    private final Inquiries inquiries;
    private final Tenures tenures;

    PostgresLockAdmin(Attempts attempts, Inquiries inquiries, Tenures tenures) {
        this.attempts = attempts;
        this.inquiries = inquiries;
        this.tenures = tenures;
    }

    @Override
    public List<LockInfo> locks() throws InterruptedException {
        Map<Long, String> own = ownKeys();
        return infos(null, own).entrySet().stream()
                .filter(entry -> entry.getValue().key() != null
                        || own.containsKey(entry.getKey())
                        || isOfNamespace(entry.getValue()))
                .map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public Optional<LockInfo> lock(String key) throws InterruptedException {
        long lockId = attempts.lockId(key);
        return Optional.ofNullable(infos(lockId, Map.of(lockId, key)).get(lockId));
    }

    @Override
    public boolean terminate(LockInfo lock, Session session) throws InterruptedException {
        Objects.requireNonNull(lock, "lock");
        Objects.requireNonNull(session, "session");
        return ask(Messages.termination(session.pid()), asking -> {
            try {
                return asking.ask(new TerminateShownStatement(session, lock.lockId()));
            } catch (SQLException e) {
                if (SqlStates.isNotPermitted(e)) {
                    throw Messages.mayNotTerminate(session.pid(), e);
                }
                throw e;
            }
        });
    }

    private <T> T ask(String subject, Question<T> question) throws InterruptedException {
        attempts.requireOpen(subject);
        return inquiries.ask(subject, question);
    }

    private Map<Long, String> ownKeys() {
        Map<Long, String> keys = new TreeMap<>();
        tenures.stream().forEach(tenure -> keys.put(tenure.lockId(), tenure.key()));
        return keys;
    }

    /** Returns the information by lock id, in the order of the ids. */
    private Map<Long, LockInfo> infos(@Nullable Long lockId, Map<Long, String> keys) throws InterruptedException {
        Map<Long, List<LockRow>> byId = new TreeMap<>();
        ask(Messages.LIST, session -> session.ask(new LocksQuery(lockId)))
                .forEach(row -> byId.computeIfAbsent(row.lockId(), id -> new ArrayList<>())
                        .add(row));
        Map<Long, LockInfo> infos = new TreeMap<>();
        byId.forEach((id, rows) -> infos.put(id, info(id, keys.get(id), rows)));
        return infos;
    }

    private LockInfo info(long lockId, @Nullable String ownKey, List<LockRow> rows) {
        String key = ownKey != null
                ? ownKey
                : rows.stream()
                        .flatMap(row -> row.published().stream())
                        .filter(published -> isKeyOf(published, lockId))
                        .map(Published::key)
                        .findFirst()
                        .orElse(null);
        return new LockInfo(lockId, key, sessions(rows, true), sessions(rows, false));
    }

    /** A session publishes the key of one of its locks only, and any client may publish any text. */
    private boolean isKeyOf(Published published, long lockId) {
        int namespace = attempts.namespace();
        String key = published.key();
        return key != null && published.namespace() == namespace && LockId.of(namespace, key) == lockId;
    }

    private static List<Session> sessions(List<LockRow> rows, boolean granted) {
        return rows.stream()
                .filter(row -> row.granted() == granted)
                .map(LockRow::session)
                .toList();
    }

    private boolean isOfNamespace(LockInfo info) {
        return info.holders().stream()
                .flatMap(session -> SessionName.parse(session.applicationName()).stream())
                .anyMatch(published -> published.namespace() == attempts.namespace());
    }
}
