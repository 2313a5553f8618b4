// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.holdfast.lock.LockInfo;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.sql.ReadyAcquireStatement.NameChange;
import java.lang.reflect.Proxy;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StatementsTest {

    private static final long LOCK_ID = 4711;
    private static final int PID = 17;
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final FormerSettings FORMER = new FormerSettings("0", "app");
    private static final Database DATABASE = new Database(1, 2);
    private static final LockInfo.Session SHOWN =
            new LockInfo.Session(PID, null, LockMode.EXCLUSIVE, "role", "app", null, null);

    private static final SessionName NAME = SessionName.of(0, "key");

    private static SessionSettings settings(boolean enforced) {
        return new SessionSettings(Duration.ofMinutes(1), enforced, NAME);
    }

    private static SessionSettings withoutLease() {
        return new SessionSettings(Duration.ZERO, false, NAME);
    }

    private static List<Query<?>> acquiring() {
        List<Query<?>> all = new ArrayList<>();
        for (LockMode mode : LockMode.values()) {
            for (boolean fenced : List.of(true, false)) {
                for (@Nullable Duration wait : Arrays.asList(null, WAIT)) {
                    for (SessionSettings each : List.of(settings(true), settings(false), withoutLease())) {
                        all.add(new AcquireStatement(mode, LOCK_ID, wait, each, fenced));
                    }
                    for (@Nullable NameChange name : Arrays.asList(null, new NameChange("app", NAME, null))) {
                        all.add(new ReadyAcquireStatement(mode, LOCK_ID, wait, name, fenced));
                    }
                }
            }
        }
        return all;
    }

    private static List<Query<?>> ofBothModes() {
        List<Query<?>> all = new ArrayList<>();
        for (LockMode mode : LockMode.values()) {
            NameChange atGivenTime = new NameChange("app", NAME, 1_800_000_000L);
            all.add(new ReadyAcquireStatement(mode, LOCK_ID, null, atGivenTime, false));
            all.add(new AcquireManyStatement(mode, List.of(LOCK_ID, LOCK_ID + 1)));
            all.add(new UnlockManyStatement(mode, List.of(LOCK_ID, LOCK_ID + 1), PID));
            for (@Nullable FormerSettings former : Arrays.asList(null, FORMER)) {
                all.add(new UnlockStatement(mode, LOCK_ID, PID, former));
            }
            for (@Nullable Duration ttl : Arrays.asList(null, WAIT)) {
                all.add(new RefreshStatement(mode, LOCK_ID, PID, ttl));
            }
            for (Duration wait : List.of(LockRequest.IMMEDIATE, WAIT)) {
                all.add(new TransactionAcquireStatement(mode, LOCK_ID, wait, DATABASE));
            }
        }
        return all;
    }

    private static List<Query<?>> others() {
        return List.of(
                new MakeReadyStatement(settings(false)),
                new MakeReadyStatement(withoutLease()),
                new RestoreStatement(PID, FORMER),
                PlainQuery.UNLOCK_ALL,
                PlainQuery.BACKEND_PID,
                PlainQuery.IS_STANDBY,
                PlainQuery.SERVER_IDENTITY,
                PlainQuery.DATABASE,
                new HoldingsQuery(List.of(PID)),
                new LocksQuery(null),
                new TerminateStatement(new TerminateStatement.Traces(OptionalInt.of(PID), null, null, Set.of(LOCK_ID))),
                new TerminateOwnStatement(PID),
                new TerminateShownStatement(SHOWN, LOCK_ID),
                PlainLockStatement.tryLock(LOCK_ID),
                PlainLockStatement.tryLockInTransaction(LOCK_ID),
                PlainLockStatement.unlock(LOCK_ID));
    }

    static List<Query<?>> statements() {
        return Stream.of(acquiring(), ofBothModes(), others())
                .flatMap(List::stream)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("statements")
    @DisplayName("every parameter of the text is set, and no other")
    void shouldSetEveryParameter(Query<?> query) throws SQLException {
        Set<Integer> set = new TreeSet<>();
        PreparedStatement recording = (PreparedStatement) Proxy.newProxyInstance(
                StatementsTest.class.getClassLoader(),
                new Class<?>[] {PreparedStatement.class},
                (proxy, method, arguments) -> {
                    set.add((Integer) arguments[0]);
                    return null;
                });

        query.bind(recording);

        int parameters = (int) query.text().chars().filter(c -> c == '?').count();
        assertEquals(IntStream.rangeClosed(1, parameters).boxed().toList(), List.copyOf(set), query::text);
    }

    @ParameterizedTest
    @MethodSource("statements")
    @DisplayName("the text is built once, so that no lock builds one and the driver finds what it has prepared")
    void shouldBuildTextOnce(Query<?> query) {
        assertSame(query.text(), query.text());
    }

    @Test
    @DisplayName("no two variants have the same text")
    void shouldDistinguishVariants() {
        List<String> texts = statements().stream().map(Query::text).toList();

        assertEquals(texts.size(), new HashSet<>(texts).size());
    }

    @Test
    @DisplayName("a limit of less than a millisecond does not become zero, which would switch it off")
    void shouldNotSwitchLimitOff() {
        assertEquals("1", Fragments.millis(Duration.ofNanos(1)));
        assertNotEquals("0", Fragments.millis(Duration.ZERO));
    }
}
