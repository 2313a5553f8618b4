// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.postgres.LockerConfig;
import io.holdfast.lock.postgres.SessionMode;
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

/** The {@code holdfast.} settings of one application; read once, at start. */
record Settings(
        Optional<String> dataSource,
        Optional<String> transactionDataSource,
        LockerConfig locker,
        Map<String, LockSettings> locks) {

    static final String PREFIX = "holdfast.";
    static final String DATA_SOURCE = "holdfast.datasource";
    static final String TRANSACTION_DATA_SOURCE = "holdfast.transaction-datasource";
    static final String NAMESPACE = "holdfast.namespace";
    static final String WAIT_AT_MOST = "holdfast.wait-at-most";
    static final String WAIT_SLICE = "holdfast.wait-slice";
    static final String CONNECTION_TIMEOUT = "holdfast.connection-timeout";
    static final String CLOSE_TIMEOUT = "holdfast.close-timeout";
    static final String CHECK_INTERVAL = "holdfast.check-interval";
    static final String HEARTBEAT = "holdfast.heartbeat";
    static final String SESSIONS = "holdfast.sessions";
    static final String MAX_SESSIONS = "holdfast.max-sessions";
    static final String MAX_LOCKS = "holdfast.max-locks";
    static final String PUBLISH_KEYS = "holdfast.publish-keys";

    private static final Map<String, SessionMode> SESSION_MODES =
            new TreeMap<>(Map.of("pinned", SessionMode.PINNED, "shared", SessionMode.SHARED));
    private static final Map<String, Boolean> TRUTHS = new TreeMap<>(Map.of("true", true, "false", false));
    private static final Pattern PLAIN_DURATION = Pattern.compile("(\\d{1,15})\\s*(ms|s|m|h)");

    /** Those of this server; names that are not known are warned of. */
    static Settings read() {
        SettingsSource source = SettingsSource.find();
        UnknownSettings.find(source, names()).forEach(Messages::unknownSetting);
        return read(source);
    }

    /** The name of every setting. */
    static Set<String> names() {
        Set<String> names = new TreeSet<>();
        read(new SettingsSource(
                name -> {
                    names.add(name);
                    return Optional.empty();
                },
                Set.of(),
                Set.of()));
        return names;
    }

    /**
     * From this source.
     *
     * @throws DeploymentException if a value cannot be used; it names the setting
     */
    static Settings read(SettingsSource values) {
        LockerConfig defaults = LockerConfig.DEFAULT;
        return new Settings(
                values.value(DATA_SOURCE),
                values.value(TRANSACTION_DATA_SOURCE),
                new LockerConfig(
                        number(values, NAMESPACE, Integer.MIN_VALUE, defaults.namespace()),
                        duration(values, WAIT_AT_MOST, Range.WAIT).orElse(defaults.waitAtMost()),
                        duration(values, WAIT_SLICE, Range.TIMEOUT).orElse(defaults.waitSlice()),
                        duration(values, CONNECTION_TIMEOUT, Range.TIMEOUT).orElse(defaults.connectionTimeout()),
                        duration(values, CLOSE_TIMEOUT, Range.TIMEOUT).orElse(defaults.closeTimeout()),
                        duration(values, CHECK_INTERVAL, Range.TIMEOUT).orElse(defaults.checkInterval()),
                        duration(values, HEARTBEAT, Range.HEARTBEAT).orElse(defaults.heartbeat()),
                        oneOf(values, SESSIONS, SESSION_MODES).orElse(defaults.sessions()),
                        number(values, MAX_SESSIONS, 0, defaults.maxSessions()),
                        number(values, MAX_LOCKS, 1, defaults.maxLocks()),
                        oneOf(values, PUBLISH_KEYS, TRUTHS).orElse(defaults.publishKeys())),
                LockSettings.read(values));
    }

    /** What is set for the locks of this name. */
    LockSettings of(String lockName) {
        return LockSettings.of(locks, lockName);
    }

    private static int number(SettingsSource values, String name, int least, int defaultValue) {
        String expected = "a whole number from " + least + " to " + Integer.MAX_VALUE;
        return values.value(name)
                .map(value -> {
                    try {
                        int number = Integer.parseInt(value);
                        if (number >= least) {
                            return number;
                        }
                    } catch (NumberFormatException e) {
                        throw Messages.badSetting(name, value, expected, e);
                    }
                    throw Messages.badSetting(name, value, expected, null);
                })
                .orElse(defaultValue);
    }

    static <T> Optional<T> oneOf(SettingsSource values, String name, Map<String, T> choices) {
        return values.value(name).map(value -> {
            T choice = choices.get(value.toLowerCase(Locale.ROOT));
            if (choice == null) {
                throw Messages.badSetting(name, value, String.join(" or ", choices.keySet()), null);
            }
            return choice;
        });
    }

    enum Range {
        WAIT("a duration of zero or more", duration -> !duration.isNegative()),
        TTL("a duration of at least 1 ms", duration -> duration.compareTo(Duration.ofMillis(1)) >= 0),
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
                        .orElseThrow(() -> Messages.badSetting(name, value, expected, null)));
    }

    /** ISO-8601 as {@link Duration#parse}, or a whole number with ms, s, m or h. */
    private static Optional<Duration> parse(String value) {
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
