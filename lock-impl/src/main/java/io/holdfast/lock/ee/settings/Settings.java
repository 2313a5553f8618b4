// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The settings of one lock domain, {@code holdfast.<domain>.} or {@code holdfast.} of the default domain. They are read
 * once, when the application starts.
 *
 * @param dataSource the JNDI name of the data source of the locks; empty if none is set
 * @param transactionDataSource the JNDI name of the data source of transactions; empty if none is set
 * @param locker the configuration of the core
 * @param keepSession how long sessions are kept; empty if that depends on the data source, see {@link #lockerOn}
 * @param breakerFailures how many failures in a row open the circuit breaker; 0 for never
 * @param breakerDelay how long the circuit breaker refuses locks before the database is asked again
 * @param defaultTtl the ttl and lease that apply where no request, annotation or other setting has a ttl
 * @param locks the settings of the locks of single names
 */
public record Settings(
        Optional<String> dataSource,
        Optional<String> transactionDataSource,
        LockerConfig locker,
        Optional<Duration> keepSession,
        int breakerFailures,
        Duration breakerDelay,
        LockSettings defaultTtl,
        NamedLockSettings locks) {

    static final String DATA_SOURCE = "datasource";
    static final String TRANSACTION_DATA_SOURCE = "transaction-datasource";

    private static final Map<String, SessionMode> SESSION_MODES =
            new TreeMap<>(Map.of("pinned", SessionMode.PINNED, "shared", SessionMode.SHARED));

    private static final SettingsSource NOTHING = new SettingsSource(name -> Optional.empty(), Set.of(), Set.of());

    /** The settings of a domain for which nothing is set. */
    public static final Settings UNSET = new Settings(
            Optional.empty(),
            Optional.empty(),
            LockerConfig.DEFAULT,
            Optional.empty(),
            10,
            Duration.ofSeconds(2),
            LockSettings.UNLIMITED_TTL,
            new NamedLockSettings(NOTHING, DomainNames.PREFIX));

    /**
     * Reads the settings of the default domain.
     *
     * @throws DeploymentException if a value cannot be used
     */
    public static Settings read(SettingsSource source) {
        return read(source, DomainNames.DEFAULT, UNSET);
    }

    /** Reads the settings of a domain. Most of those that it does not have are those of the default domain. */
    static Settings read(SettingsSource source, String domain, Settings defaults) {
        String prefix = DomainNames.prefix(domain);
        SettingsReader values = SettingsReader.of(source, prefix);
        return new Settings(
                values.text(DATA_SOURCE),
                values.text(TRANSACTION_DATA_SOURCE),
                readLocker(values, defaults.locker),
                values.duration("keep-session", DurationRange.KEEP_SESSION).or(defaults::keepSession),
                values.number("breaker-failures", 0).orElse(defaults.breakerFailures),
                values.duration("breaker-delay", DurationRange.TIMEOUT).orElse(defaults.breakerDelay),
                LockSettings.readDefaultTtl(values, defaults.defaultTtl),
                new NamedLockSettings(source, prefix));
    }

    private static LockerConfig readLocker(SettingsReader values, LockerConfig defaults) {
        return defaults.namespace(values.number("namespace", Integer.MIN_VALUE).orElse(defaults.namespace()))
                .waitAtMost(values.duration("wait-at-most", DurationRange.WAIT).orElse(defaults.waitAtMost()))
                .waitSlice(values.duration("wait-slice", DurationRange.TIMEOUT).orElse(defaults.waitSlice()))
                .connectionTimeout(values.duration("connection-timeout", DurationRange.TIMEOUT)
                        .orElse(defaults.connectionTimeout()))
                .answerTimeout(
                        values.duration("answer-timeout", DurationRange.TIMEOUT).orElse(defaults.answerTimeout()))
                .closeTimeout(
                        values.duration("close-timeout", DurationRange.TIMEOUT).orElse(defaults.closeTimeout()))
                .checkInterval(
                        values.duration("check-interval", DurationRange.TIMEOUT).orElse(defaults.checkInterval()))
                .heartbeat(values.duration("heartbeat", DurationRange.HEARTBEAT).orElse(defaults.heartbeat()))
                .handOver(values.duration("hand-over", DurationRange.HAND_OVER).orElse(defaults.handOver()))
                .sessions(values.oneOf("sessions", SESSION_MODES).orElse(defaults.sessions()))
                .maxSessions(values.number("max-sessions", 0).orElse(defaults.maxSessions()))
                .maxLocks(values.number("max-locks", 1).orElse(defaults.maxLocks()))
                .publishKeys(values.flag("publish-keys").orElse(defaults.publishKeys()));
    }

    /**
     * Returns the configuration of the core.
     *
     * @param isShared whether the application is known to use the data source of the locks, too. Then no session is
     *     kept unless that is set, since nobody can see that the application waits for a connection
     */
    public LockerConfig lockerOn(boolean isShared) {
        return locker.keepSession(keepSession.orElse(isShared ? Duration.ZERO : locker.keepSession()));
    }

    /**
     * Returns the settings of the locks of one name.
     *
     * @return the settings; {@link LockSettings#NONE} if nothing is set for the name
     */
    public LockSettings of(String lockName) {
        return locks.of(lockName);
    }

    /** Returns how long locks of a name are waited for, unless the caller limits the wait. */
    public Duration waitAtMost(String lockName) {
        return of(lockName).waitAtMost().orElse(waitAtMost());
    }

    /** Returns how long locks are waited for that have no other limit. */
    public Duration waitAtMost() {
        return locker.waitAtMost();
    }

    /** Whether the keys of locks may be shown to others. */
    public boolean publishesKeys() {
        return locker.publishKeys();
    }

    /**
     * Applies the settings to the request of an annotation. They override the annotation.
     *
     * @param request the request as the annotation has it
     */
    public LockRequest override(LockRequest request) {
        return of(request.name()).override(defaultTtl.complete(request));
    }

    /**
     * Applies the settings to the request of a program. They provide what the request leaves open.
     *
     * @param request the request as the program made it
     */
    public LockRequest complete(LockRequest request) {
        boolean leavesOpen = request.ttl().equals(LockRequest.UNLIMITED);
        return leavesOpen ? of(request.name()).overrideTtl(defaultTtl.complete(request)) : request;
    }
}
