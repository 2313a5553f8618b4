// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import io.holdfast.lock.LockKey;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One key of a {@code @Locked} method, parsed once. It consists of literal text, expressions, and parameters with
 * {@link LockKey}. Arguments are inserted as text, which is not parsed again.
 */
public final class KeyTemplate {

    private final String source;
    private final Method method;
    private final List<Part> parts = new ArrayList<>();

    /** A part of the key. */
    @FunctionalInterface
    interface Part {
        String text(Object[] arguments);
    }

    private KeyTemplate(String source, Method method) {
        this.source = source;
        this.method = method;
    }

    /**
     * Parses the template.
     *
     * @param source the template as it is written in the annotation
     * @param method the method, whose parameters it may name
     * @throws MistakeException if it is malformed
     */
    public static KeyTemplate parse(String source, Method method) throws MistakeException {
        KeyTemplate template = new KeyTemplate(source, method);
        MethodParameters parameters = new MethodParameters(method);
        for (TemplateParser.Piece piece : new TemplateParser(source, parameters).parse()) {
            template.parts.add(
                    piece.isExpression() ? template.expression(piece.text(), parameters) : arguments -> piece.text());
        }
        template.addKeyParameters();
        return template;
    }

    /** Returns the template as it is written in the annotation. */
    public String source() {
        return source;
    }

    /**
     * Makes the key of a call.
     *
     * @throws IllegalStateException if a value cannot be part of a key; it names the method
     */
    public String key(Object[] arguments) {
        return parts.stream().map(part -> part.text(arguments)).collect(Collectors.joining());
    }

    /** Whether a parameter of the method has {@link LockKey}. */
    public static boolean hasKeyParameters(Method method) {
        return Arrays.stream(method.getParameterAnnotations()).anyMatch(KeyTemplate::isKey);
    }

    private static boolean isKey(Annotation[] ofParameter) {
        return Arrays.stream(ofParameter).anyMatch(LockKey.class::isInstance);
    }

    private Part expression(String expression, MethodParameters parameters) throws MistakeException {
        KeyExpression parsed;
        try {
            parsed = KeyExpression.parse(expression, method, parameters);
        } catch (LinkageError e) {
            throw Messages.noExpressionLanguage(source).toException();
        }
        Optional<Class<?>> declared = DeclaredType.of(expression, parameters);
        if (declared.isPresent()) {
            requireText(expression, declared.get());
        }
        return arguments -> text(expression, parsed.value(arguments));
    }

    private void addKeyParameters() throws MistakeException {
        Parameter[] all = method.getParameters();
        for (int i = 0; i < all.length; i++) {
            if (isKey(all[i].getAnnotations())) {
                int index = i;
                String name = Messages.parameter(all[i].getName());
                requireText(name, all[i].getType());
                parts.add(arguments -> "/" + text(name, arguments[index]));
            }
        }
    }

    private void requireText(String subject, Class<?> declared) throws MistakeException {
        String reason = KeyValues.refusalOfDeclared(declared);
        if (reason != null) {
            throw Messages.declaredTypeHasNoText(source, subject, declared, reason)
                    .toException();
        }
    }

    private String text(String subject, @Nullable Object value) {
        if (value == null) {
            throw Messages.valueIsNull(method, subject);
        }
        String reason = KeyValues.refusal(value);
        if (reason != null) {
            throw Messages.valueHasNoText(method, subject, value.getClass(), reason);
        }
        try {
            return Objects.requireNonNull(KeyValues.text(value), Messages.NULL_TEXT);
        } catch (RuntimeException e) {
            throw Messages.expressionFailed(method, subject, e);
        }
    }
}
