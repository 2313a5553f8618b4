// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import jakarta.el.ELContext;
import org.jspecify.annotations.Nullable;

/** Finds the arguments of a call by the names of the parameters. */
final class ArgumentResolver extends ReadOnlyResolver {

    private final MethodParameters parameters;
    private final Object[] arguments;

    ArgumentResolver(MethodParameters parameters, Object[] arguments) {
        this.parameters = parameters;
        this.arguments = arguments;
    }

    @Override
    public @Nullable Object getValue(ELContext context, @Nullable Object base, Object property) {
        Integer index = base == null && property instanceof String name ? parameters.indexOf(name) : null;
        if (index == null) {
            return null;
        }
        context.setPropertyResolved(null, property);
        return arguments[index];
    }
}
