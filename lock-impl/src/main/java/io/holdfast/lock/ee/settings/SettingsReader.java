// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import io.holdfast.lock.LockRequest;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads settings whose names have a common form, and refuses values that cannot be used. Each method returns empty if
 * the setting has no value.
 *
 * @param source the source of the values
 * @param fullName makes the full name of a setting from its short one
 */
record SettingsReader(SettingsSource source, UnaryOperator<String> fullName) {

    private static final Map<String, Boolean> TRUE_OR_FALSE = new TreeMap<>(Map.of("true", true, "false", false));
    private static final String UNLIMITED = "unlimited";
    private static final String ZERO = "0";
    private static final Pattern NUMBER_WITH_UNIT = Pattern.compile("(\\d{1,15})\\s*(ms|s|m|h)");

    /** Reads the settings whose names begin with the prefix. */
    static SettingsReader of(SettingsSource source, String prefix) {
        return new SettingsReader(source, prefix::concat);
    }

    Optional<String> text(String name) {
        return source.value(fullName.apply(name));
    }

    Optional<Boolean> flag(String name) {
        return oneOf(name, TRUE_OR_FALSE);
    }

    <T> Optional<T> oneOf(String name, Map<String, T> choices) {
        return text(name).map(value -> {
            T choice = choices.get(value.toLowerCase(Locale.ROOT));
            if (choice == null) {
                throw Messages.badSetting(fullName.apply(name), value, Messages.oneOf(choices.keySet()));
            }
            return choice;
        });
    }

    OptionalInt number(String name, int least) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        OptionalInt number = wholeNumber(text.get());
        if (number.isEmpty() || number.getAsInt() < least) {
            throw Messages.badSetting(fullName.apply(name), text.get(), Messages.wholeNumber(least));
        }
        return number;
    }

    private static OptionalInt wholeNumber(String text) {
        try {
            return OptionalInt.of(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    Optional<Duration> duration(String name, DurationRange range) {
        return text(name)
                .map(value -> parse(value)
                        .filter(range::contains)
                        .orElseThrow(() -> Messages.badSetting(
                                fullName.apply(name), value, Messages.duration(range.description()))));
    }

    /** Accepts ISO-8601 as {@link Duration#parse} does, a whole number with a unit, zero without one, and unlimited. */
    private static Optional<Duration> parse(String value) {
        if (value.equalsIgnoreCase(UNLIMITED)) {
            return Optional.of(LockRequest.UNLIMITED);
        }
        if (value.equals(ZERO)) {
            return Optional.of(Duration.ZERO);
        }
        Matcher plain = NUMBER_WITH_UNIT.matcher(value.toLowerCase(Locale.ROOT));
        try {
            return Optional.of(plain.matches() ? numberWithUnit(plain) : Duration.parse(value));
        } catch (DateTimeParseException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    private static Duration numberWithUnit(Matcher matched) {
        long amount = Long.parseLong(matched.group(1));
        return switch (matched.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }
}
