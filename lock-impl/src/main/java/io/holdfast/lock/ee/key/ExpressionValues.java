// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import jakarta.el.ArrayELResolver;
import jakarta.el.BeanELResolver;
import jakarta.el.CompositeELResolver;
import jakarta.el.ELContext;
import jakarta.el.ListELResolver;
import jakarta.el.MapELResolver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the values that an expression reads in one call, and remembers them. Expression Language would convert a null
 * among them to 0 or to the empty text, and a list to its own text, without an error.
 */
final class ExpressionValues extends CompositeELResolver {

    /** The chain of a value that was not read, as of a text that the expression itself joins. */
    private static final List<String> UNKNOWN = List.of("");

    private final List<Used> used = new ArrayList<>();

    /** The steps by which each value was read last. */
    private final IdentityHashMap<Object, List<String>> chains = new IdentityHashMap<>();

    /** The chains that may be null, and how many of their reads only compare them. */
    private final Map<List<String>, Integer> compared;

    /** Null as long as every value that is not compared with null is present. */
    private @Nullable String nameOfNull;

    ExpressionValues(Map<List<String>, Integer> compared, MethodParameters parameters, Object[] arguments) {
        this.compared = compared;
        add(new ArgumentResolver(parameters, arguments));
        add(new MapELResolver(true));
        add(new ListELResolver(true));
        add(new ArrayELResolver(true));
        add(new RecordResolver());
        add(new BeanELResolver(true));
    }

    /** A value that the result contains, with its name in the expression. */
    record Used(String name, Object value) {}

    /** Returns the values that were read and from which no other value was read or made. */
    List<Used> used() {
        return used;
    }

    /** Returns the name of the first value that is null and must not be; null if there is none. */
    @Nullable
    String nameOfNull() {
        return nameOfNull;
    }

    @Override
    public @Nullable Object getValue(ELContext context, @Nullable Object base, @Nullable Object property) {
        Object value = super.getValue(context, base, property);
        replace(property);
        return read(context, base, String.valueOf(property), "", value);
    }

    @Override
    public @Nullable Object invoke(
            ELContext context, Object base, Object method, Class<?>[] types, Object @Nullable [] arguments) {
        Object value = super.invoke(context, base, method, types, arguments);
        Object[] passed = arguments == null ? new Object[0] : arguments;
        Arrays.stream(passed).forEach(this::replace);
        return read(context, base, String.valueOf(method), passed.length == 0 ? "()" : "(...)", value);
    }

    private @Nullable Object read(
            ELContext context, @Nullable Object base, String name, String call, @Nullable Object value) {
        if (!context.isPropertyResolved()) {
            return value;
        }
        replace(base);
        List<String> chain = chain(base, name + call);
        Integer comparisons = compared.computeIfPresent(chain, (same, left) -> left - 1);
        boolean onlyCompares = comparisons != null && comparisons >= 0;
        if (value == null && comparisons == null && nameOfNull == null) {
            nameOfNull = name;
        }
        if (value != null) {
            chains.put(value, chain);
        }
        if (value != null && !onlyCompares) {
            used.add(new Used(name, value));
        }
        return value;
    }

    private List<String> chain(@Nullable Object base, String step) {
        List<String> chain = new ArrayList<>();
        if (base != null) {
            chain.addAll(chains.getOrDefault(base, UNKNOWN));
        }
        chain.add(step);
        return chain;
    }

    /** Removes a value from which a different value was read or made, which is used instead. */
    private void replace(@Nullable Object value) {
        for (int i = used.size() - 1; i >= 0; i--) {
            if (used.get(i).value() == value) {
                used.remove(i);
                return;
            }
        }
    }
}
