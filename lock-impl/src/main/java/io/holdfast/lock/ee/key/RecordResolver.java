// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import jakarta.el.ELContext;
import jakarta.el.ELException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/** Finds the components of records, which Expression Language itself does from version 6.0 on. */
final class RecordResolver extends ReadOnlyResolver {

    @Override
    public @Nullable Object getValue(ELContext context, @Nullable Object base, Object property) {
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

    private static @Nullable Object read(RecordComponent component, Object base) {
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
