// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings of one domain of an application, {@code holdfast.} or {@code holdfast.<domain>.}; read once, at start.
 *
 * @param dataSource the JNDI name of the data source of the locks; empty if none is set
 * @param transactionDataSource the JNDI name of the data source of transactions; empty if none is set
 * @param locker the settings of the core
 * @param traceKeys of the application: whether spans show keys
 * @param operationsRole of the application: who may look at its locks
 * @param terminateRole of the application: who may end a session that holds one of them
 * @param healthTimeout of the application: how long its databases have to answer for its health; empty if that is switched off
 * @param breakerFailures how many failures in a row open the circuit breaker; 0 for never
 * @param breakerDelay how long it refuses locks before the database is asked again
 * @param unsaid what stands for a ttl that neither a request nor an annotation says
 * @param locks what is set for the locks of single names
 */
public record Settings(
        Optional<String> dataSource,
        Optional<String> transactionDataSource,
        LockerConfig locker,
        boolean traceKeys,
        Optional<String> operationsRole,
        Optional<String> terminateRole,
        Optional<Duration> healthTimeout,
        int breakerFailures,
        Duration breakerDelay,
        LockSettings unsaid,
        NamedLockSettings locks) {

    static final String PREFIX = "holdfast.";
    static final String DATA_SOURCE = "datasource";
    /** The name of the setting {@link #operationsRole}. */
    public static final String OPERATIONS_ROLE = PREFIX + "operations-role";
    /** The name of the setting {@link #terminateRole}. */
    public static final String TERMINATE_ROLE = PREFIX + "terminate-role";

    private static final Map<String, SessionMode> SESSION_MODES =
            new TreeMap<>(Map.of("pinned", SessionMode.PINNED, "shared", SessionMode.SHARED));
    private static final Map<String, Boolean> TRUTHS = new TreeMap<>(Map.of("true", true, "false", false));
    private static final String UNLIMITED = "unlimited";
    private static final Pattern PLAIN_DURATION = Pattern.compile("(\\d{1,15})\\s*(ms|s|m|h)");

    /** Below the one second that Kubernetes waits for a probe by default. */
    private static final Duration DEFAULT_HEALTH_TIMEOUT = Duration.ofMillis(750);

    private static final SettingsSource NOTHING = new SettingsSource(name -> Optional.empty(), Set.of(), Set.of());

    /** Of a domain of which nothing is set. */
    public static final Settings UNSET = new Settings(
            Optional.empty(),
            Optional.empty(),
            LockerConfig.DEFAULT,
            true,
            Optional.empty(),
            Optional.empty(),
            Optional.of(DEFAULT_HEALTH_TIMEOUT),
            10,
            Duration.ofSeconds(2),
            LockSettings.UNSAID,
            new NamedLockSettings(NOTHING, PREFIX));

    /**
     * By the names of their domains, {@link DomainNames#DEFAULT} among them; names that are none of a setting are warned of.
     *
     * @param named the domains that the application names; others are found by their data sources
     * @param source where the values come from
     * @param provided those whose data source is a bean
     * @return the settings by the names of their domains
     * @throws DeploymentException if a value cannot be used, or a domain has no data source
     */
    public static Map<String, Settings> readAll(SettingsSource source, Set<String> named, Set<String> provided) {
        Set<String> domains = DomainNames.find(source, named);
        UnknownSettings.find(source, domains).forEach(Messages::unknownSetting);
        Map<String, Settings> all = new TreeMap<>();
        Settings defaults = read(source);
        all.put(DomainNames.DEFAULT, defaults);
        for (String domain : domains) {
            all.put(domain, read(source, prefix(domain), defaults));
        }
        all.forEach((domain, settings) -> {
            boolean needsName = !domain.equals(DomainNames.DEFAULT) && !provided.contains(domain);
            if (needsName && settings.dataSource.isEmpty()) {
                throw Messages.domainWithoutDataSource(domain, domains);
            }
        });
        return all;
    }

    static String prefix(String domain) {
        return domain.equals(DomainNames.DEFAULT) ? PREFIX : PREFIX + domain + ".";
    }

    /** The name of every setting of a domain. */
    static Set<String> names(String domain) {
        Set<String> names = new TreeSet<>();
        read(
                new SettingsSource(
                        name -> {
                            names.add(name);
                            return Optional.empty();
                        },
                        Set.of(),
                        Set.of()),
                prefix(domain),
                UNSET);
        return names;
    }

    /**
     * Reads the settings of the default domain.
     *
     * @param values where the values come from
     * @return the settings
     * @throws DeploymentException if a value cannot be used
     */
    public static Settings read(SettingsSource values) {
        return read(values, PREFIX, UNSET);
    }

    private static Settings read(SettingsSource values, String prefix, Settings all) {
        return new Settings(
                values.value(prefix + DATA_SOURCE),
                values.value(prefix + "transaction-datasource"),
                lockerConfig(values, prefix, all.locker),
                oneOf(values, PREFIX + "trace-keys", TRUTHS).orElse(true),
                values.value(OPERATIONS_ROLE),
                values.value(TERMINATE_ROLE),
                healthTimeout(values),
                number(values, prefix + "breaker-failures", 0, all.breakerFailures),
                duration(values, prefix + "breaker-delay", Range.TIMEOUT).orElse(all.breakerDelay),
                LockSettings.readUnsaid(values, prefix, all.unsaid),
                new NamedLockSettings(values, prefix));
    }

    private static LockerConfig lockerConfig(SettingsSource values, String prefix, LockerConfig defaults) {
        return LockerConfig.DEFAULT
                .namespace(number(values, prefix + "namespace", Integer.MIN_VALUE, defaults.namespace()))
                .waitAtMost(duration(values, prefix + "wait-at-most", Range.WAIT, defaults.waitAtMost()))
                .waitSlice(duration(values, prefix + "wait-slice", Range.TIMEOUT, defaults.waitSlice()))
                .connectionTimeout(
                        duration(values, prefix + "connection-timeout", Range.TIMEOUT, defaults.connectionTimeout()))
                .answerTimeout(duration(values, prefix + "answer-timeout", Range.TIMEOUT, defaults.answerTimeout()))
                .closeTimeout(duration(values, prefix + "close-timeout", Range.TIMEOUT, defaults.closeTimeout()))
                .checkInterval(duration(values, prefix + "check-interval", Range.TIMEOUT, defaults.checkInterval()))
                .heartbeat(duration(values, prefix + "heartbeat", Range.HEARTBEAT, defaults.heartbeat()))
                .sessions(oneOf(values, prefix + "sessions", SESSION_MODES).orElse(defaults.sessions()))
                .maxSessions(number(values, prefix + "max-sessions", 0, defaults.maxSessions()))
                .maxLocks(number(values, prefix + "max-locks", 1, defaults.maxLocks()))
                .publishKeys(oneOf(values, prefix + "publish-keys", TRUTHS).orElse(defaults.publishKeys()));
    }

    private static Duration duration(SettingsSource values, String name, Range range, Duration defaultValue) {
        return duration(values, name, range).orElse(defaultValue);
    }

    /**
     * Reads how long the databases have to answer the health check.
     *
     * @param values where the values come from
     * @return the limit; empty if the check is switched off
     * @throws DeploymentException if a value cannot be used
     */
    public static Optional<Duration> healthTimeout(SettingsSource values) {
        boolean asked = oneOf(values, PREFIX + "health", TRUTHS).orElse(true);
        Duration timeout =
                duration(values, PREFIX + "health-timeout", Range.TIMEOUT).orElse(DEFAULT_HEALTH_TIMEOUT);
        return asked ? Optional.of(timeout) : Optional.empty();
    }

    /**
     * Returns what is set for the locks of a name.
     *
     * @param lockName the name
     * @return the settings; {@link LockSettings#NONE} if there are none
     */
    public LockSettings of(String lockName) {
        return locks.of(lockName);
    }

    /**
     * Applies the settings to the request of an annotation, which they override.
     *
     * @param request the request as the annotation has it
     * @return the request to use
     */
    public LockRequest override(LockRequest request) {
        return of(request.name()).override(unsaid.complete(request));
    }

    /**
     * Applies the settings to the request of a program, which they complete.
     *
     * @param request the request as the program made it
     * @return the request to use
     */
    public LockRequest complete(LockRequest request) {
        return unsaid.complete(of(request.name()).complete(request));
    }

    private static int number(SettingsSource values, String name, int least, int defaultValue) {
        String expected = "a whole number from " + least + " to " + Integer.MAX_VALUE;
        return values.value(name)
                .map(value -> wholeNumber(value)
                        .filter(number -> number >= least)
                        .orElseThrow(() -> Messages.badSetting(name, value, expected)))
                .orElse(defaultValue);
    }

    private static Optional<Integer> wholeNumber(String value) {
        try {
            return Optional.of(Integer.valueOf(value));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    static <T> Optional<T> oneOf(SettingsSource values, String name, Map<String, T> choices) {
        return values.value(name).map(value -> {
            T choice = choices.get(value.toLowerCase(Locale.ROOT));
            if (choice == null) {
                throw Messages.badSetting(name, value, String.join(" or ", choices.keySet()));
            }
            return choice;
        });
    }

    enum Range {
        WAIT("a duration of zero or more or unlimited", duration -> !duration.isNegative()),
        HOLD(
                "a duration of zero or more",
                duration -> !duration.isNegative() && !duration.equals(LockRequest.UNLIMITED)),
        TTL("a duration of at least 1 ms or unlimited", duration -> duration.compareTo(Duration.ofMillis(1)) >= 0),
        TIMEOUT("a duration above zero and of at most a day", LockerConfig::isTimeout),
        HEARTBEAT("a duration of 1 s to a day, or 0s for off", LockerConfig::isHeartbeat);

        private final String words;
        private final Predicate<Duration> contains;

        Range(String words, Predicate<Duration> contains) {
            this.words = words;
            this.contains = contains;
        }
    }

    static Optional<Duration> duration(SettingsSource values, String name, Range range) {
        String expected = range.words + ", such as 5s, 500ms or PT5S";
        return values.value(name)
                .map(value -> parse(value)
                        .filter(range.contains)
                        .orElseThrow(() -> Messages.badSetting(name, value, expected)));
    }

    /** ISO-8601 as {@link Duration#parse}, a whole number with ms, s, m or h, or unlimited. */
    private static Optional<Duration> parse(String value) {
        if (value.equalsIgnoreCase(UNLIMITED)) {
            return Optional.of(LockRequest.UNLIMITED);
        }
        Matcher plain = PLAIN_DURATION.matcher(value.toLowerCase(Locale.ROOT));
        try {
            return Optional.of(plain.matches() ? plain(plain) : Duration.parse(value));
        } catch (DateTimeParseException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    private static Duration plain(Matcher plain) {
        long amount = Long.parseLong(plain.group(1));
        return switch (plain.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }
}
