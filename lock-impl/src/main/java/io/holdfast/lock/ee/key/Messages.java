// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import io.holdfast.lock.KeyText;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every text of this package that users read, in the order of the ids. An id is never used again for something else.
 */
final class Messages {

    private Messages() {}

    static IllegalStateException valueIsNull(Method method, String subject) {
        return new IllegalStateException(
                ("HOLDFAST-0032: the key of @Locked on %s needs %s, which is null, so the method has not run. Check"
                                + " the argument before the call, or let an expression compare it with null, as in"
                                + " #{id == null ? 'none' : id}")
                        .formatted(method, subject));
    }

    static IllegalStateException valueHasNoText(Method method, String subject, Class<?> type, String reason) {
        return new IllegalStateException(
                ("HOLDFAST-0033: the key of @Locked on %s needs %s, but a value of %s cannot be part"
                                + " of a key: %s. %s. The method has not run")
                        .formatted(method, subject, type.getName(), reason, USE_PROPERTY));
    }

    static IllegalStateException expressionFailed(Method method, String subject, Throwable cause) {
        return new IllegalStateException(
                ("HOLDFAST-0034: the key of @Locked on %s needs %s, which could not be evaluated, so the method has"
                                + " not run. See the cause")
                        .formatted(method, subject),
                cause);
    }

    // Mistakes, which HOLDFAST-0110 describes.

    static Mistake emptyKey(String source) {
        return inKey(source, "the key must not be empty", "Name what is locked, as in @Locked(\"reports/daily\")");
    }

    static Mistake dollar(String source) {
        return inKey(source, "expressions begin with #{, not with ${", "Write #{, or \\${ for plain text");
    }

    static Mistake forgottenExpression(String source, String text, String expression) {
        return inKey(
                source,
                text + " is plain text, so all calls would have the same key",
                "Write #{%s} for a value, or \\%s for plain text".formatted(expression, text));
    }

    static Mistake unclosedExpression(String source) {
        return inKey(source, "an expression has no end", "Close it with }, or write \\#{ for plain text");
    }

    static Mistake noExpressionLanguage(String source) {
        return inKey(source, "it needs Jakarta Expression Language, which this server lacks", ADD_EXPRESSION_LANGUAGE);
    }

    static Mistake declaredTypeHasNoText(String source, String subject, Class<?> declared, String reason) {
        return inKey(
                source,
                "%s is of %s, which cannot be part of a key: %s".formatted(subject, declared.getTypeName(), reason),
                USE_PROPERTY);
    }

    private static Mistake inKey(String source, String problem, String remedy) {
        return new Mistake("key %s: %s".formatted(KeyText.of(source), problem), remedy);
    }

    static Mistake malformedExpression(String expression, @Nullable String reason) {
        return new Mistake(
                "malformed expression %s: %s".formatted(expression, reason),
                "Correct it, or write \\#{ for plain text");
    }

    static Mistake noExpressionFactory(String expression, @Nullable String reason) {
        return new Mistake(
                "%s needs Jakarta Expression Language, which this server lacks (%s)".formatted(expression, reason),
                ADD_EXPRESSION_LANGUAGE);
    }

    static Mistake unknownVariables(String expression, Collection<String> variables, List<String> parameters) {
        return new Mistake(
                "%s names %s, which is no parameter of the method".formatted(expression, String.join(", ", variables)),
                "Correct it: the parameters are " + parameters);
    }

    static Mistake unnamedParameters(String expression, Collection<String> variables) {
        return new Mistake(
                "%s names %s, but the class was compiled without the names of parameters"
                        .formatted(expression, String.join(", ", variables)),
                "Compile it with -parameters, or write arg0 for the first parameter, and so on");
    }

    // What the messages above contain.

    private static final String ADD_EXPRESSION_LANGUAGE = "Add it, or use @LockKey";

    private static final String USE_PROPERTY =
            "Use a property of it, or a value whose text is the same everywhere: text, a number, an enum, a UUID,"
                    + " or one of java.time";

    static final String NULL_TEXT = "toString() returned null";
    static final String NO_TEXT = "it has no toString() of its own, so its text is different in every JVM";
    static final String UNSTABLE = "its text can be different in every JVM";
    static final String OTHER_THAN_NAME =
            "the enum has a toString() of its own, which would be the text here. Elsewhere in"
                    + " keys the text is the name(). Write name()";

    static String parameter(String name) {
        return "parameter " + name;
    }

    static String partOf(String expression, String name) {
        return "%s of %s".formatted(name, expression);
    }

    static String component(RecordComponent component, Class<?> type, String reason) {
        return "its component %s is of %s: %s".formatted(component.getName(), type.getName(), reason);
    }

    static String unreadable(RecordComponent component, Exception cause) {
        return "its component %s cannot be read (%s)".formatted(component.getName(), cause);
    }
}
