// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

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
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One expression of a key. The only class that names Jakarta Expression Language, which the server may lack.
 *
 * @see <a href="https://jakarta.ee/specifications/expression-language/5.0/">Jakarta Expression Language 5.0</a>
 */
final class KeyExpression {

    /** Of a value that was not read, as of a text that the expression itself joins. */
    private static final List<String> UNKNOWN = List.of("");

    private final Method method;
    private final String source;

    /** By each of the names that a parameter has. */
    private final Map<String, Integer> parameters;

    private final ValueExpression expression;

    /** Whether Expression Language itself makes text of values. */
    private final boolean isText;

    private final ComparedWithNull comparedWithNull;

    private KeyExpression(Method method, String source, Map<String, Integer> parameters, ValueExpression expression) {
        this.method = method;
        this.source = source;
        this.parameters = parameters;
        this.expression = expression;
        this.isText = source.contains("+=");
        this.comparedWithNull = new ComparedWithNull(source, parameters);
    }

    /**
     * Parses the expression.
     *
     * @throws BadKeyException if it is malformed or has a variable that is no parameter
     */
    static KeyExpression parse(String source, Method method) throws BadKeyException {
        ExpressionFactory factory = factory(source);
        Map<String, Integer> parameters = KeyTemplate.parameters(method);
        Variables variables = new Variables();
        ValueExpression expression;
        try {
            expression = factory.createValueExpression(
                    new Context(variables, new CompositeELResolver()), source, Object.class);
        } catch (RuntimeException e) {
            throw new BadKeyException(
                    "malformed expression " + source + ": " + e.getMessage(),
                    "Correct it, or write \\#{ for plain text");
        }
        variables.names.removeAll(parameters.keySet());
        if (!variables.names.isEmpty()) {
            throw unknown(variables.names, source, method);
        }
        return new KeyExpression(method, source, parameters, expression);
    }

    /** What fails here is a server that has the API only. */
    private static ExpressionFactory factory(String source) throws BadKeyException {
        try {
            return ExpressionFactory.newInstance();
        } catch (ELException e) {
            throw new BadKeyException(
                    source + " needs Jakarta Expression Language, which this server lacks (" + e.getMessage() + ")",
                    "Add it, or use @LockKey");
        }
    }

    private static BadKeyException unknown(Set<String> variables, String source, Method method) {
        boolean hasNames = method.getParameterCount() == 0 || method.getParameters()[0].isNamePresent();
        String problem = source + " names " + String.join(", ", variables) + ", ";
        return hasNames
                ? new BadKeyException(
                        problem + "which is no parameter of the method",
                        "Correct it: the parameters are "
                                + Arrays.stream(method.getParameters())
                                        .map(Parameter::getName)
                                        .toList())
                : new BadKeyException(
                        problem + "but the class was compiled without the names of parameters",
                        "Compile it with -parameters, or write arg0 for the first parameter, and so on");
    }

    Object value(Object[] arguments) {
        Values values = new Values(comparedWithNull.chains(arguments));
        values.add(new Arguments(arguments));
        values.add(new MapELResolver(true));
        values.add(new ListELResolver(true));
        values.add(new ArrayELResolver(true));
        values.add(new RecordComponents());
        values.add(new BeanELResolver(true));
        Object value;
        try {
            value = expression.getValue(new Context(new Variables(), values));
        } catch (RuntimeException e) {
            values.refuseNull();
            throw Messages.keyExpressionFailed(method, source, e);
        }
        values.refuseNull();
        values.refuseLeaves();
        return value;
    }

    /**
     * All values that an expression reads. A null among them would become 0 or the empty text, and a list that is joined to a text
     * would bring its own, without an error.
     */
    private final class Values extends CompositeELResolver {

        /** Read and not yet used to read another value from; the names in the same order. */
        private final List<Object> leaves = new ArrayList<>();

        private final List<String> names = new ArrayList<>();

        /** The steps by which each value was read last. */
        private final Map<Object, List<String>> chains = new IdentityHashMap<>();

        /** Where null is allowed, and how many reads there only compare. */
        private final Map<List<String>, Integer> compared;

        /** The name of the first one; null if there is none. */
        private String nullName;

        private Values(Map<List<String>, Integer> compared) {
            this.compared = compared;
        }

        @Override
        public Object getValue(ELContext context, Object base, Object property) {
            Object value = super.getValue(context, base, property);
            use(property);
            return read(context, base, String.valueOf(property), "", value);
        }

        @Override
        public Object invoke(ELContext context, Object base, Object method, Class<?>[] types, Object[] arguments) {
            Object value = super.invoke(context, base, method, types, arguments);
            Object[] passed = arguments == null ? new Object[0] : arguments;
            Arrays.stream(passed).forEach(this::use);
            return read(context, base, String.valueOf(method), passed.length == 0 ? "()" : "(...)", value);
        }

        private Object read(ELContext context, Object base, String name, String call, Object value) {
            if (!context.isPropertyResolved()) {
                return value;
            }
            use(base);
            List<String> chain = chain(base, name + call);
            Integer comparisons = compared.computeIfPresent(chain, (same, left) -> left - 1);
            boolean onlyCompares = comparisons != null && comparisons >= 0;
            if (value == null && comparisons == null && nullName == null) {
                nullName = name;
            }
            if (value != null) {
                chains.put(value, chain);
            }
            if (value != null && !onlyCompares) {
                leaves.add(value);
                names.add(name);
            }
            return value;
        }

        private List<String> chain(Object base, String step) {
            List<String> chain = new ArrayList<>();
            if (base != null) {
                chain.addAll(chains.getOrDefault(base, UNKNOWN));
            }
            chain.add(step);
            return chain;
        }

        /** What is read from it, or made of it, is what counts. */
        private void use(Object value) {
            int used = lastOf(value);
            if (used >= 0) {
                leaves.remove(used);
                names.remove(used);
            }
        }

        private int lastOf(Object base) {
            int at = leaves.size() - 1;
            while (at >= 0 && leaves.get(at) != base) {
                at--;
            }
            return at;
        }

        private void refuseNull() {
            if (nullName != null) {
                throw Messages.keyValueIsNull(method, nullName + " of " + source);
            }
        }

        private void refuseLeaves() {
            for (int i = 0; isText && i < leaves.size(); i++) {
                String reason = KeyValues.refusalOfShown(leaves.get(i));
                if (reason != null) {
                    throw Messages.keyValueHasNoText(
                            method,
                            names.get(i) + " of " + source,
                            leaves.get(i).getClass(),
                            reason);
                }
            }
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

    private final class Arguments extends ReadOnly {

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
    }

    /** Expression Language has it from 6.0 on. */
    private static final class RecordComponents extends ReadOnly {

        @Override
        public Object getValue(ELContext context, Object base, Object property) {
            if (!(base instanceof Record)) {
                return null;
            }
            for (RecordComponent component : base.getClass().getRecordComponents()) {
                if (component.getName().equals(property)) {
                    context.setPropertyResolved(base, property);
                    return read(component, base);
                }
            }
            return null;
        }

        private static Object read(RecordComponent component, Object base) {
            try {
                component.getAccessor().setAccessible(true);
                return component.getAccessor().invoke(base);
            } catch (InvocationTargetException e) {
                throw new ELException(e.getCause());
            } catch (IllegalAccessException e) {
                throw new ELException(e);
            }
        }
    }

    private abstract static class ReadOnly extends ELResolver {

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
