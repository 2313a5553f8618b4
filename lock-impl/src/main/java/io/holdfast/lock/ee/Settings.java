// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.postgres.LockerConfig;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code holdfast.} settings of one application; read once, at start. */
record Settings(Optional<String> dataSource, LockerConfig locker) {

    static final String DATA_SOURCE = "holdfast.datasource";
    static final String NAMESPACE = "holdfast.namespace";
    static final String WAIT_AT_MOST = "holdfast.wait-at-most";
    static final String WAIT_SLICE = "holdfast.wait-slice";
    static final String CONNECTION_TIMEOUT = "holdfast.connection-timeout";
    static final String CLOSE_TIMEOUT = "holdfast.close-timeout";

    private static final Pattern PLAIN_DURATION = Pattern.compile("(\\d{1,15})\\s*(ms|s|m|h)");

    /** From MicroProfile Config where the server has it, else from system properties. */
    static Settings read() {
        return read(MicroProfileConfigSource.find().orElse(name -> Optional.ofNullable(System.getProperty(name))));
    }

    /**
     * From this source.
     *
     * @throws DeploymentException if a value cannot be used; it names the setting
     */
    static Settings read(Function<String, Optional<String>> source) {
        LockerConfig defaults = LockerConfig.DEFAULT;
        Function<String, Optional<String>> values =
                name -> source.apply(name).map(String::strip).filter(value -> !value.isEmpty());
        return new Settings(
                values.apply(DATA_SOURCE),
                new LockerConfig(
                        values.apply(NAMESPACE).map(Settings::namespace).orElse(defaults.namespace()),
                        duration(values, WAIT_AT_MOST, false, defaults.waitAtMost()),
                        duration(values, WAIT_SLICE, true, defaults.waitSlice()),
                        duration(values, CONNECTION_TIMEOUT, true, defaults.connectionTimeout()),
                        duration(values, CLOSE_TIMEOUT, true, defaults.closeTimeout())));
    }

    private static int namespace(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw Messages.badSetting(NAMESPACE, value, "a whole number from -2147483648 to 2147483647", e);
        }
    }

    private static Duration duration(
            Function<String, Optional<String>> values, String name, boolean timeout, Duration defaultValue) {
        String range = timeout ? "a duration above zero and of at most a day" : "a duration of zero or more";
        String expected = range + ", such as 5s, 500ms or PT5S";
        return values.apply(name)
                .map(value -> {
                    Duration parsed = parse(value).orElseThrow(() -> Messages.badSetting(name, value, expected, null));
                    if (parsed.isNegative() || (timeout && !LockerConfig.isTimeout(parsed))) {
                        throw Messages.badSetting(name, value, expected, null);
                    }
                    return parsed;
                })
                .orElse(defaultValue);
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
