// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds what an expression itself compares with null, or tests with {@code empty}. Only a whole operand counts, because
 * in {@code a + b == null} Expression Language converts null to 0 before it compares.
 */
final class ComparedWithNull {

    /**
     * Matches a parameter, followed by properties, methods without arguments, and brackets around a literal or a
     * parameter.
     */
    private static final String CHAIN = "\\w++(?:\\s*+\\.\\s*+\\w++(?:\\s*+\\(\\s*+\\))?+"
            + "|\\s*+\\[\\s*+(?:'[^'\\\\]*+'|\"[^\"\\\\]*+\"|\\w++)\\s*+])*+";

    private static final String OPERAND = "(" + CHAIN + "|\\(\\s*+" + CHAIN + "\\s*+\\))";
    private static final String COMPARISON = "\\s*(?:[=!]=|\\b(?:eq|ne)\\b)\\s*";
    private static final String BEFORE = "(?:[({\\[?:,;]|&&|\\|\\||\\b(?:and|or)\\b)\\s*";
    private static final String AFTER = "(?=\\s*+(?:[)}\\]?:,;]|&&|\\|\\||(?:and|or)\\b))";

    /** The first alternative skips text between quotes. */
    private static final Pattern COMPARED = Pattern.compile("(?U)'(?:[^'\\\\]|\\\\.)*+'|\"(?:[^\"\\\\]|\\\\.)*+\""
            + "|(?<![\\w.])empty\\b\\s*" + OPERAND + "(?!\\s*[.\\[(])"
            + "|" + BEFORE + OPERAND + COMPARISON + "null\\b" + AFTER
            + "|" + BEFORE + "null" + COMPARISON + OPERAND + AFTER);

    private static final Pattern STEP =
            Pattern.compile("(?U)(?<variable>\\[\\s*\\w+\\s*])|'(?<single>[^']*)'|\"(?<plural>[^\"]*)\""
                    + "|(?<name>\\w+)(?<call>\\s*\\(\\s*\\))?");

    private final List<List<Step>> chains = new ArrayList<>();

    /**
     * A step of a chain.
     *
     * @param text its text
     * @param parameter the index of the parameter between brackets whose value replaces the text; null if there is none
     */
    private record Step(String text, @Nullable Integer parameter) {

        private String text(Object[] arguments) {
            return parameter == null ? text : String.valueOf(arguments[parameter]);
        }
    }

    ComparedWithNull(String source, MethodParameters parameters) {
        Matcher matcher = COMPARED.matcher(source);
        while (matcher.find()) {
            IntStream.rangeClosed(1, matcher.groupCount())
                    .mapToObj(matcher::group)
                    .filter(Objects::nonNull)
                    .forEach(operand -> chains.add(steps(operand, parameters)));
        }
    }

    private static List<Step> steps(String operand, MethodParameters parameters) {
        List<Step> steps = new ArrayList<>();
        Matcher step = STEP.matcher(operand);
        while (step.find()) {
            if (step.group("name") != null) {
                steps.add(new Step(step.group("name") + (step.group("call") == null ? "" : "()"), null));
            } else if (step.group("variable") != null) {
                String name = step.group("variable").replaceAll("[\\[\\]\\s]", "");
                steps.add(new Step(name, parameters.indexOf(name)));
            } else {
                steps.add(new Step(step.group("single") == null ? step.group("plural") : step.group("single"), null));
            }
        }
        return steps;
    }

    /**
     * Returns how often each chain is compared. A chain consists of the steps that a call with these arguments takes.
     */
    Map<List<String>, Integer> chains(Object[] arguments) {
        Map<List<String>, Integer> counts = new HashMap<>();
        chains.forEach(chain ->
                counts.merge(chain.stream().map(step -> step.text(arguments)).toList(), 1, Integer::sum));
        return counts;
    }
}
