// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import jakarta.el.ELContext;
import jakarta.el.ELResolver;
import jakarta.el.FunctionMapper;
import jakarta.el.ValueExpression;
import jakarta.el.VariableMapper;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What an expression can use: no functions, no imports, and only values that the resolver finds. */
final class ExpressionContext extends ELContext {

    private final ELResolver resolver;
    private final Variables variables = new Variables();

    ExpressionContext(ELResolver resolver) {
        this.resolver = resolver;
    }

    /** Returns the variables of the expressions that were parsed with this context. */
    Set<String> variables() {
        return variables.names;
    }

    @Override
    public ELResolver getELResolver() {
        return resolver;
    }

    @Override
    public @Nullable FunctionMapper getFunctionMapper() {
        return null;
    }

    @Override
    public VariableMapper getVariableMapper() {
        return variables;
    }

    /** Is asked for every variable while an expression is parsed. */
    private static final class Variables extends VariableMapper {

        private final Set<String> names = new TreeSet<>();

        @Override
        public @Nullable ValueExpression resolveVariable(String variable) {
            names.add(variable);
            return null;
        }

        @Override
        public @Nullable ValueExpression setVariable(String variable, ValueExpression value) {
            return null;
        }
    }
}
