// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockKey;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One key of a {@code @Locked} method, parsed once. Arguments are inserted as text, which is not looked at again. */
public final class KeyTemplate {

    /** {@code {name}} and {@code #name}, also with properties behind the name. */
    private static final Pattern FORGOTTEN = Pattern.compile("(?U)(?:\\{\\s*|#)(?<name>\\w+)[\\w.()]*\\s*}?");

    private final String source;
    private final Method method;

    /** By each of the names that a parameter has. */
    private final Map<String, Integer> parameters;

    private final List<Part> parts = new ArrayList<>();

    /** A piece of the key. */
    @FunctionalInterface
    private interface Part {
        String text(Object[] arguments);
    }

    private KeyTemplate(String source, Method method) {
        this.source = source;
        this.method = method;
        this.parameters = parameters(method);
    }

    /** By place, as the class file of a class compiled without names calls them, and by name, which takes precedence. */
    static Map<String, Integer> parameters(Method method) {
        Map<String, Integer> names = new HashMap<>();
        Parameter[] all = method.getParameters();
        for (int i = 0; i < all.length; i++) {
            names.put("arg" + i, i);
        }
        for (int i = 0; i < all.length; i++) {
            names.put(all[i].getName(), i);
        }
        return names;
    }

    /**
     * Parses the template.
     *
     * @param source as it is written in the annotation
     * @param method the method, whose parameters it may name
     * @return the template
     * @throws BadKeyException if it is malformed
     */
    public static KeyTemplate parse(String source, Method method) throws BadKeyException {
        KeyTemplate template = new KeyTemplate(source, method);
        template.parse();
        template.appendKeyParameters();
        return template;
    }

    /**
     * Returns the template as it is written in the annotation.
     *
     * @return the text
     */
    public String source() {
        return source;
    }

    /**
     * Makes the key of a call.
     *
     * @param arguments the arguments of the call
     * @return the key
     * @throws IllegalStateException if a value cannot be part of a key; it names the method
     */
    public String key(Object[] arguments) {
        return parts.stream().map(part -> part.text(arguments)).collect(Collectors.joining());
    }

    /**
     * Whether parameters of the method have {@link LockKey}.
     *
     * @param method the method
     * @return whether one has
     */
    public static boolean hasKeyParameters(Method method) {
        return Arrays.stream(method.getParameterAnnotations()).anyMatch(KeyTemplate::isKey);
    }

    private static boolean isKey(Annotation[] ofParameter) {
        return Arrays.stream(ofParameter).anyMatch(LockKey.class::isInstance);
    }

    private void parse() throws BadKeyException {
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < source.length()) {
            if (source.startsWith("\\#{", at) || source.startsWith("\\${", at)) {
                literal.append(source, at + 1, at + 3);
                at += 3;
            } else if (source.startsWith("\\#", at) || source.startsWith("\\{", at)) {
                literal.append(source.charAt(at + 1));
                at += 2;
            } else if (source.startsWith("#{", at)) {
                addLiteral(literal);
                int end = endOfExpression(at);
                addExpression(source.substring(at, end));
                at = end;
            } else if (source.startsWith("${", at)) {
                throw bad("expressions begin with #{, not with ${", "Write #{, or \\${ for plain text");
            } else {
                refuseForgottenExpression(at);
                literal.append(source.charAt(at++));
            }
        }
        addLiteral(literal);
        if (parts.isEmpty()) {
            throw bad("the key must not be empty", "Name what is locked, as in @Locked(\"reports/daily\")");
        }
    }

    /** Parameters as other annotations write them, which here would be a constant: one lock for all values. */
    private void refuseForgottenExpression(int at) throws BadKeyException {
        Matcher text = FORGOTTEN.matcher(source).region(at, source.length());
        if (text.lookingAt() && isParameter(text.group("name"), text.group().startsWith("{"))) {
            String expression = text.group().replaceAll("^[{#]\\s*|\\s*}$", "").replaceFirst("^(?=\\d)", "arg");
            throw bad(
                    text.group() + " is plain text, so all calls would have the same key",
                    "Write #{" + expression + "} for a value, or \\" + text.group() + " for plain text");
        }
    }

    /** Where the names of the parameters are unknown, each name in braces may be one of them. */
    private boolean isParameter(String name, boolean isInBraces) {
        Parameter[] all = method.getParameters();
        if (isInBraces && all.length > 0 && !all[0].isNamePresent()) {
            return true;
        }
        return parameters.containsKey(name) || isInBraces && parameters.containsKey("arg" + name);
    }

    private void addLiteral(StringBuilder literal) {
        if (!literal.isEmpty()) {
            String text = literal.toString();
            parts.add(arguments -> text);
            literal.setLength(0);
        }
    }

    /** Behind the brace that ends it; braces nest, and do not count between quotes. */
    private int endOfExpression(int start) throws BadKeyException {
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
        throw bad("an expression has no end", "Close it with }, or write \\#{ for plain text");
    }

    private void addExpression(String expression) throws BadKeyException {
        KeyExpression parsed;
        try {
            parsed = KeyExpression.parse(expression, method);
        } catch (LinkageError e) {
            throw bad("it needs Jakarta Expression Language, which this server lacks", "Add it, or use @LockKey");
        }
        Optional<Class<?>> declared = DeclaredType.of(expression, method, parameters);
        if (declared.isPresent()) {
            requireText(expression, declared.get());
        }
        parts.add(arguments -> text(expression, parsed.value(arguments)));
    }

    private void appendKeyParameters() throws BadKeyException {
        Parameter[] parameters = method.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            if (isKey(parameters[i].getAnnotations())) {
                int index = i;
                String name = "parameter " + parameters[i].getName();
                requireText(name, parameters[i].getType());
                parts.add(arguments -> "/" + text(name, arguments[index]));
            }
        }
    }

    private void requireText(String what, Class<?> declared) throws BadKeyException {
        String reason = KeyValues.refusalOfDeclared(declared);
        if (reason != null) {
            throw bad(
                    what + " is of " + declared.getTypeName() + ", which cannot be part of a key: " + reason,
                    Messages.USE_PROPERTY);
        }
    }

    private String text(String what, Object value) {
        if (value == null) {
            throw Messages.keyValueIsNull(method, what);
        }
        String reason = KeyValues.refusal(value);
        if (reason != null) {
            throw Messages.keyValueHasNoText(method, what, value.getClass(), reason);
        }
        try {
            return Objects.requireNonNull(KeyValues.text(value), "toString() returned null");
        } catch (RuntimeException e) {
            throw Messages.keyExpressionFailed(method, what, e);
        }
    }

    private BadKeyException bad(String problem, String remedy) {
        return new BadKeyException("key " + KeyText.of(source) + ": " + problem, remedy);
    }
}
