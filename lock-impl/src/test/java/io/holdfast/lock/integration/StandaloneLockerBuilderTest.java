// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.integration;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.TextFiles;
import io.holdfast.lock.integration.StandaloneLocker.Sessions;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.postgresql.ds.PGSimpleDataSource;

/** The settings of a locker without a container, without a database. */
class StandaloneLockerBuilderTest {

    /** The settings that have no method: what a request says, and what belongs to the container. */
    private static final Set<String> OF_CONTAINER = Set.of(
            "datasource",
            "transaction-datasource",
            "ttl",
            "lease",
            "trace-keys",
            "breaker-failures",
            "breaker-delay",
            "health",
            "health-timeout",
            "operations-role",
            "terminate-role");

    private final StandaloneLockerBuilder builder = StandaloneLocker.builder(new PGSimpleDataSource());

    @Test
    @DisplayName("the defaults are those of the injected locker")
    void shouldHaveDefaults() {
        assertEquals(LockerConfig.DEFAULT, builder.config());
    }

    @Test
    @DisplayName("each method sets its own setting")
    void shouldSetEachSetting() {
        LockerConfig set = builder.namespace(7)
                .waitAtMost(Duration.ofSeconds(1))
                .waitSlice(Duration.ofSeconds(2))
                .connectionTimeout(Duration.ofSeconds(3))
                .answerTimeout(Duration.ofSeconds(4))
                .closeTimeout(Duration.ofSeconds(5))
                .checkInterval(Duration.ofSeconds(6))
                .heartbeat(Duration.ofSeconds(8))
                .handOver(Duration.ofMillis(9))
                .keepSession(Duration.ofSeconds(10))
                .sessions(Sessions.SHARED)
                .maxSessions(11)
                .maxLocks(12)
                .publishKeys(false)
                .config();

        assertEquals(
                LockerConfig.DEFAULT
                        .namespace(7)
                        .waitAtMost(Duration.ofSeconds(1))
                        .waitSlice(Duration.ofSeconds(2))
                        .connectionTimeout(Duration.ofSeconds(3))
                        .answerTimeout(Duration.ofSeconds(4))
                        .closeTimeout(Duration.ofSeconds(5))
                        .checkInterval(Duration.ofSeconds(6))
                        .heartbeat(Duration.ofSeconds(8))
                        .handOver(Duration.ofMillis(9))
                        .keepSession(Duration.ofSeconds(10))
                        .sessions(SessionMode.SHARED)
                        .maxSessions(11)
                        .maxLocks(12)
                        .publishKeys(false),
                set);
    }

    @Test
    @DisplayName("the last value of a setting counts, also if the one before it was out of range")
    void shouldTakeLastValue() {
        builder.maxLocks(0).maxLocks(5).sessions(Sessions.SHARED).sessions(Sessions.PINNED);

        assertEquals(LockerConfig.DEFAULT.maxLocks(5), builder.config());
    }

    /** Each setter of the configuration with a value just outside of each end of its range. */
    @Test
    @DisplayName("all values that are out of range are reported together, in the order in which they were set")
    void shouldReportAllMistakes() {
        Duration negative = Duration.ofNanos(-1);
        Duration tooLong = Duration.ofDays(1).plusNanos(1);
        builder.waitAtMost(negative)
                .namespace(-5)
                .waitSlice(Duration.ZERO)
                .connectionTimeout(tooLong)
                .answerTimeout(negative)
                .closeTimeout(tooLong)
                .checkInterval(Duration.ZERO)
                .heartbeat(Duration.ofMillis(999))
                .handOver(Duration.ofSeconds(1).plusNanos(1))
                .keepSession(Duration.ofMinutes(1).plusNanos(1))
                .maxSessions(-1)
                .maxLocks(0);

        IllegalArgumentException all = assertThrows(IllegalArgumentException.class, builder::build);

        assertEquals("""
                HOLDFAST-0093: wait-at-most must be zero or more, but is PT-0.000000001S
                HOLDFAST-0093: wait-slice must be positive and at most a day, but is PT0S
                HOLDFAST-0093: connection-timeout must be positive and at most a day, but is PT24H0.000000001S
                HOLDFAST-0093: answer-timeout must be positive and at most a day, but is PT-0.000000001S
                HOLDFAST-0093: close-timeout must be positive and at most a day, but is PT24H0.000000001S
                HOLDFAST-0093: check-interval must be positive and at most a day, but is PT0S
                HOLDFAST-0093: heartbeat must be zero, or 1 s to a day, but is PT0.999S
                HOLDFAST-0093: hand-over must be zero to 1 s, but is PT1.000000001S
                HOLDFAST-0093: keep-session must be zero to a minute, but is PT1M0.000000001S
                HOLDFAST-0093: max-sessions must be 0 or more, but is -1
                HOLDFAST-0093: max-locks must be 1 or more, but is 0""", all.getMessage());
        assertEquals(11, all.getSuppressed().length);
    }

    @Test
    @DisplayName("a null is rejected at once, by the name of what is missing")
    void shouldRejectNull() {
        assertAll(
                () -> assertRejected("dataSource", () -> StandaloneLocker.builder(null)),
                () -> assertRejected("heartbeat", () -> builder.heartbeat(null)),
                () -> assertRejected("sessions", () -> builder.sessions(null)),
                () -> assertRejected("listener", () -> builder.listener(null)));
    }

    private static void assertRejected(String name, Executable call) {
        assertEquals(name, assertThrows(NullPointerException.class, call).getMessage());
    }

    @Test
    @DisplayName("there is a method for each documented setting, except those that belong to the container")
    void shouldHaveDocumentedSettings() throws IOException {
        Set<String> documented =
                TextFiles.find("(?m)^\\| `holdfast[.]([a-z-]+)` ", Path.of("../docs/configuration.md"));
        assertTrue(documented.containsAll(OF_CONTAINER));
        documented.removeAll(OF_CONTAINER);

        Set<String> methods = Arrays.stream(StandaloneLockerBuilder.class.getMethods())
                .filter(method -> method.getReturnType().equals(StandaloneLockerBuilder.class))
                .map(Method::getName)
                .map(StandaloneLockerBuilderTest::hyphenated)
                .collect(Collectors.toCollection(TreeSet::new));
        methods.remove("listener");

        assertEquals(documented, methods);
    }

    private static String hyphenated(String name) {
        return name.replaceAll("(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }

    @Test
    @DisplayName("a request that is bound to a transaction is refused")
    void shouldRefuseTransactions() {
        LockRequest request = LockRequest.of("key");
        try (StandaloneLocker locker = builder.build()) {
            for (LockRequest bound :
                    List.of(request.scope(LockScope.TRANSACTION), request.releaseAfterTransaction(true))) {
                String message = assertThrows(IllegalArgumentException.class, () -> locker.acquire(bound))
                        .getMessage();
                assertTrue(message.startsWith("HOLDFAST-0031"), message);
            }
        }
    }

    @Test
    @DisplayName("a builder can be used again, and building asks no database")
    void shouldBuildSeveralLockers() {
        try (StandaloneLocker one = builder.build();
                StandaloneLocker other = builder.namespace(1).build()) {
            assertNotEquals(one.lockId("key"), other.lockId("key"));
        }
    }
}
