// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import jakarta.el.ArrayELResolver;
import jakarta.el.BeanELResolver;
import jakarta.el.CompositeELResolver;
import jakarta.el.ELContext;
import jakarta.el.ELException;
import jakarta.el.ELResolver;
import jakarta.el.ExpressionFactory;
import jakarta.el.FunctionMapper;
import jakarta.el.ListELResolver;
import jakarta.el.MapELResolver;
import jakarta.el.ValueExpression;
import jakarta.el.VariableMapper;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One expression of a key. The only class that names Jakarta Expression Language, which the server may lack.
 *
 * @see <a href="https://jakarta.ee/specifications/expression-language/5.0/">Jakarta Expression Language 5.0</a>
 */
final class KeyExpression {

    private final Method method;
    private final String source;

    /** By each of the names that a parameter has. */
    private final Map<String, Integer> parameters;

    private final ValueExpression expression;

    private KeyExpression(Method method, String source, Map<String, Integer> parameters, ValueExpression expression) {
        this.method = method;
        this.source = source;
        this.parameters = parameters;
        this.expression = expression;
    }

    /**
     * Parses the expression.
     *
     * @throws IllegalStateException if it is malformed or has a variable that is no parameter
     */
    static KeyExpression parse(String source, Method method) {
        ExpressionFactory factory = factory(method, source);
        Map<String, Integer> parameters = parameters(method);
        Variables variables = new Variables();
        ValueExpression expression;
        try {
            expression = factory.createValueExpression(
                    new Context(variables, new CompositeELResolver()), source, Object.class);
        } catch (ELException e) {
            throw Messages.badAnnotation(method, "malformed expression " + source + ": " + e.getMessage());
        }
        variables.names.removeAll(parameters.keySet());
        if (!variables.names.isEmpty()) {
            throw unknown(variables.names, source, method);
        }
        return new KeyExpression(method, source, parameters, expression);
    }

    /** What fails here is a server that has the API only. */
    private static ExpressionFactory factory(Method method, String source) {
        try {
            return ExpressionFactory.newInstance();
        } catch (ELException e) {
            throw Messages.badAnnotation(
                    method,
                    source + " needs Jakarta Expression Language, which this server lacks (" + e.getMessage()
                            + "): add it, or use @LockKey");
        }
    }

    /** By place, as the class file of a class compiled without names calls them, and by name, which goes first. */
    private static Map<String, Integer> parameters(Method method) {
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

    private static IllegalStateException unknown(Set<String> variables, String source, Method method) {
        boolean hasNames = method.getParameterCount() == 0 || method.getParameters()[0].isNamePresent();
        return Messages.badAnnotation(
                method,
                source + " names " + String.join(", ", variables) + ", "
                        + (hasNames
                                ? "which is no parameter of the method"
                                : "but the class was compiled without the names of parameters: compile it with"
                                        + " -parameters, or write arg0 for the first parameter, and so on"));
    }

    Object value(Object[] arguments) {
        CompositeELResolver resolver = new CompositeELResolver();
        resolver.add(new Arguments(arguments));
        resolver.add(new MapELResolver(true));
        resolver.add(new ListELResolver(true));
        resolver.add(new ArrayELResolver(true));
        resolver.add(new BeanELResolver(true));
        try {
            return expression.getValue(new Context(new Variables(), resolver));
        } catch (ELException e) {
            throw Messages.keyExpressionFailed(method, source, e);
        }
    }

    /** There are no functions, no imports, and no variables but the arguments. */
    private static final class Context extends ELContext {

        private final VariableMapper variables;
        private final ELResolver resolver;

        private Context(VariableMapper variables, ELResolver resolver) {
            this.variables = variables;
            this.resolver = resolver;
        }

        @Override
        public ELResolver getELResolver() {
            return resolver;
        }

        @Override
        public FunctionMapper getFunctionMapper() {
            return null;
        }

        @Override
        public VariableMapper getVariableMapper() {
            return variables;
        }
    }

    /** Asked for every variable while an expression is parsed. */
    private static final class Variables extends VariableMapper {

        private final Set<String> names = new TreeSet<>();

        @Override
        public ValueExpression resolveVariable(String variable) {
            names.add(variable);
            return null;
        }

        @Override
        public ValueExpression setVariable(String variable, ValueExpression value) {
            return null;
        }
    }

    private final class Arguments extends ELResolver {

        private final Object[] values;

        private Arguments(Object[] values) {
            this.values = values;
        }

        @Override
        public Object getValue(ELContext context, Object base, Object property) {
            if (base != null || !(property instanceof String name) || !parameters.containsKey(name)) {
                return null;
            }
            context.setPropertyResolved(null, name);
            return values[parameters.get(name)];
        }

        @Override
        public Class<?> getType(ELContext context, Object base, Object property) {
            return null;
        }

        @Override
        public void setValue(ELContext context, Object base, Object property, Object value) {
            // Keys assign nothing.
        }

        @Override
        public boolean isReadOnly(ELContext context, Object base, Object property) {
            return true;
        }

        @Override
        public Class<?> getCommonPropertyType(ELContext context, Object base) {
            return null;
        }
    }
}
