// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockKey;
import io.holdfast.lock.spi.KeyText;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** One key of a {@code @Locked} method, parsed once. Arguments are inserted as text, which is not looked at again. */
final class KeyTemplate {

    private final String source;
    private final Method method;
    private final List<Part> parts = new ArrayList<>();

    /** A piece of the key. */
    @FunctionalInterface
    private interface Part {
        String text(Object[] arguments);
    }

    private KeyTemplate(String source, Method method) {
        this.source = source;
        this.method = method;
    }

    /**
     * Parses the template.
     *
     * @throws IllegalStateException if it is malformed; it names the method
     */
    static KeyTemplate parse(String source, Method method) {
        KeyTemplate template = new KeyTemplate(source, method);
        template.parse();
        template.appendKeyParameters();
        return template;
    }

    /** As it is written in the annotation. */
    String source() {
        return source;
    }

    String key(Object[] arguments) {
        return parts.stream().map(part -> part.text(arguments)).collect(Collectors.joining());
    }

    static boolean hasKeyParameters(Method method) {
        return Arrays.stream(method.getParameters()).anyMatch(KeyTemplate::isKey);
    }

    private static boolean isKey(Parameter parameter) {
        return parameter.isAnnotationPresent(LockKey.class);
    }

    private void parse() {
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < source.length()) {
            if (source.startsWith("\\#{", at) || source.startsWith("\\${", at)) {
                literal.append(source, at + 1, at + 3);
                at += 3;
            } else if (source.startsWith("#{", at)) {
                addLiteral(literal);
                int end = endOfExpression(at);
                addExpression(source.substring(at, end));
                at = end;
            } else if (source.startsWith("${", at)) {
                throw bad("expressions begin with #{, not with ${");
            } else {
                literal.append(source.charAt(at++));
            }
        }
        addLiteral(literal);
        if (parts.isEmpty()) {
            throw Messages.badAnnotation(method, "the key must not be empty");
        }
    }

    private void addLiteral(StringBuilder literal) {
        if (!literal.isEmpty()) {
            String text = literal.toString();
            parts.add(arguments -> text);
            literal.setLength(0);
        }
    }

    /** Behind the brace that ends it; braces nest, and do not count between quotes. */
    private int endOfExpression(int start) {
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
        throw bad("an expression has no end");
    }

    private void addExpression(String expression) {
        KeyExpression parsed;
        try {
            parsed = KeyExpression.parse(expression, method);
        } catch (LinkageError e) {
            throw bad("it needs Jakarta Expression Language, which this server lacks: add it, or use @LockKey");
        }
        parts.add(arguments -> text(expression, parsed.value(arguments)));
    }

    private void appendKeyParameters() {
        Parameter[] parameters = method.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            if (isKey(parameters[i])) {
                if (parameters[i].getType().isArray()) {
                    throw bad("an array cannot be a @LockKey");
                }
                int index = i;
                String name = "parameter " + parameters[i].getName();
                parts.add(arguments -> "/" + text(name, arguments[index]));
            }
        }
    }

    /** Not without a text of its own: it would be another one in every JVM. */
    private String text(String what, Object value) {
        if (value == null) {
            throw Messages.keyValueIsNull(method, what);
        }
        if (!hasText(value.getClass())) {
            throw Messages.keyValueHasNoText(method, what, value.getClass());
        }
        return value.toString();
    }

    private static boolean hasText(Class<?> type) {
        try {
            return type.getMethod("toString").getDeclaringClass() != Object.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every class has it", e);
        }
    }

    private IllegalStateException bad(String problem) {
        return Messages.badAnnotation(method, "key " + KeyText.of(source) + ": " + problem);
    }
}
