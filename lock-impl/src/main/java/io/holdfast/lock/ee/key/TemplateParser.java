// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits the source of a key into literal text and expressions. */
final class TemplateParser {

    /** Matches {@code {name}} and {@code #name}, also with properties behind the name. */
    private static final Pattern FORGOTTEN = Pattern.compile("(?U)(?:\\{\\s*|#)(?<name>\\w+)[\\w.()]*\\s*}?");

    private static final List<String> ESCAPED = List.of("#{", "${", "#", "{");

    private final String source;
    private final MethodParameters parameters;
    private final List<Piece> pieces = new ArrayList<>();
    private final StringBuilder literal = new StringBuilder();

    TemplateParser(String source, MethodParameters parameters) {
        this.source = source;
        this.parameters = parameters;
    }

    /**
     * A piece of the source.
     *
     * @param isExpression whether it is an expression, with its delimiters, or else literal text
     */
    record Piece(String text, boolean isExpression) {}

    List<Piece> parse() throws MistakeException {
        int at = 0;
        while (at < source.length()) {
            at = parsePiece(at);
        }
        endLiteral();
        if (pieces.isEmpty()) {
            throw Messages.emptyKey(source).toException();
        }
        return pieces;
    }

    /** Returns where the next piece begins. */
    private int parsePiece(int at) throws MistakeException {
        if (source.charAt(at) == '\\') {
            for (String escaped : ESCAPED) {
                if (source.startsWith(escaped, at + 1)) {
                    literal.append(escaped);
                    return at + 1 + escaped.length();
                }
            }
        }
        if (source.startsWith("#{", at)) {
            endLiteral();
            int end = endOfExpression(at);
            pieces.add(new Piece(source.substring(at, end), true));
            return end;
        }
        if (source.startsWith("${", at)) {
            throw Messages.dollar(source).toException();
        }
        refuseForgottenExpression(at);
        literal.append(source.charAt(at));
        return at + 1;
    }

    private void endLiteral() {
        if (!literal.isEmpty()) {
            pieces.add(new Piece(literal.toString(), false));
            literal.setLength(0);
        }
    }

    /**
     * Refuses parameters as other annotations write them. Here they would be a constant, and so one lock for all
     * values.
     */
    private void refuseForgottenExpression(int at) throws MistakeException {
        Matcher matcher = FORGOTTEN.matcher(source).region(at, source.length());
        if (!matcher.lookingAt()) {
            return;
        }
        String text = matcher.group();
        String name = matcher.group("name");
        if (text.startsWith("{") ? parameters.areMeantBy(name) : parameters.contain(name)) {
            String expression = text.replaceAll("^[{#]\\s*|\\s*}$", "").replaceFirst("^(?=\\d)", "arg");
            throw Messages.forgottenExpression(source, text, expression).toException();
        }
    }

    /** Returns where the expression has ended. Braces nest, except between quotes. */
    private int endOfExpression(int start) throws MistakeException {
        int depth = 0;
        char quote = 0;
        for (int i = start + 1; i < source.length(); i++) {
            char c = source.charAt(i);
            if (quote != 0) {
                if (c == '\\') {
                    i++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return i + 1;
            }
        }
        throw Messages.unclosedExpression(source).toException();
    }
}
