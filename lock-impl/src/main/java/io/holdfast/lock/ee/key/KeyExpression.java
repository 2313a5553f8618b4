// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import jakarta.el.CompositeELResolver;
import jakarta.el.ELException;
import jakarta.el.ExpressionFactory;
import jakarta.el.ValueExpression;
import java.lang.reflect.Method;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One expression of a key.
 *
 * @see <a href="https://jakarta.ee/specifications/expression-language/5.0/">Jakarta Expression Language 5.0</a>
 */
final class KeyExpression {

    private final Method method;
    private final String source;
    private final MethodParameters parameters;
    private final ValueExpression expression;

    /** Whether Expression Language itself converts values to text. */
    private final boolean joinsText;

    private final ComparedWithNull comparedWithNull;

    private KeyExpression(Method method, String source, MethodParameters parameters, ValueExpression expression) {
        this.method = method;
        this.source = source;
        this.parameters = parameters;
        this.expression = expression;
        this.joinsText = source.contains("+=");
        this.comparedWithNull = new ComparedWithNull(source, parameters);
    }

    /**
     * Parses the expression.
     *
     * @throws MistakeException if it is malformed, or has a variable that is not a parameter
     */
    static KeyExpression parse(String source, Method method, MethodParameters parameters) throws MistakeException {
        ExpressionFactory factory = factory(source);
        ExpressionContext context = new ExpressionContext(new CompositeELResolver());
        ValueExpression expression;
        try {
            expression = factory.createValueExpression(context, source, Object.class);
        } catch (RuntimeException e) {
            throw Messages.malformedExpression(source, e.getMessage()).toException();
        }
        Set<String> unknown = context.variables();
        unknown.removeIf(parameters::contain);
        if (!unknown.isEmpty()) {
            throw unknownVariables(source, unknown, parameters).toException();
        }
        return new KeyExpression(method, source, parameters, expression);
    }

    /** This fails on a server that has the API without an implementation. */
    private static ExpressionFactory factory(String source) throws MistakeException {
        try {
            return ExpressionFactory.newInstance();
        } catch (ELException e) {
            throw Messages.noExpressionFactory(source, e.getMessage()).toException();
        }
    }

    private static Mistake unknownVariables(String source, Set<String> unknown, MethodParameters parameters) {
        return parameters.areNamed()
                ? Messages.unknownVariables(source, unknown, parameters.names())
                : Messages.unnamedParameters(source, unknown);
    }

    /**
     * Evaluates the expression for one call.
     *
     * @throws IllegalStateException if a value cannot be part of a key; it names the method
     */
    @Nullable
    Object value(Object[] arguments) {
        ExpressionValues values = new ExpressionValues(comparedWithNull.chains(arguments), parameters, arguments);
        Object value;
        try {
            value = expression.getValue(new ExpressionContext(values));
        } catch (RuntimeException e) {
            refuseNull(values);
            throw Messages.expressionFailed(method, source, e);
        }
        refuseNull(values);
        if (joinsText) {
            values.used().forEach(this::refuseWithoutText);
        }
        return value;
    }

    private void refuseNull(ExpressionValues values) {
        String name = values.nameOfNull();
        if (name != null) {
            throw Messages.valueIsNull(method, Messages.partOf(source, name));
        }
    }

    private void refuseWithoutText(ExpressionValues.Used used) {
        String reason = KeyValues.refusalOfShown(used.value());
        if (reason != null) {
            throw Messages.valueHasNoText(
                    method, Messages.partOf(source, used.name()), used.value().getClass(), reason);
        }
    }
}
