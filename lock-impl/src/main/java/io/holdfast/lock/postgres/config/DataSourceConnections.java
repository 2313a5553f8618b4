// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import javax.sql.DataSource;

/** Connections of a data source. JDBC does not know the size of a pool, so the methods of known pools are tried. */
record DataSourceConnections(DataSource dataSource) implements ConnectionSource {

    /** Chains of methods without parameters: HikariCP, DBCP 2, Agroal, c3p0, Tomcat. */
    private static final List<List<String>> SIZES = List.of(
            List.of("getMaximumPoolSize"),
            List.of("getMaxTotal"),
            List.of("getConfiguration", "connectionPoolConfiguration", "maxSize"),
            List.of("getMaxPoolSize"),
            List.of("getMaxActive"));

    DataSourceConnections {
        Objects.requireNonNull(dataSource, "dataSource");
    }

    @Override
    public Connection open() throws SQLException {
        return dataSource.getConnection();
    }

    @Override
    public OptionalInt size() {
        for (List<String> chain : SIZES) {
            OptionalInt size = follow(chain);
            if (size.isPresent()) {
                return size;
            }
        }
        return OptionalInt.empty();
    }

    private OptionalInt follow(List<String> chain) {
        Object value = dataSource;
        try {
            for (String method : chain) {
                value = accessible(value.getClass(), method).invoke(value);
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            return OptionalInt.empty();
        }
        return value instanceof Integer size && size > 0 ? OptionalInt.of(size) : OptionalInt.empty();
    }

    /** Finds the declaration in a public type, since the class itself may not be public, as Agroal's is not. */
    private static Method accessible(Class<?> type, String name) throws NoSuchMethodException {
        Method method = type.getMethod(name);
        if (Modifier.isPublic(method.getDeclaringClass().getModifiers())) {
            return method;
        }
        for (Class<?> ancestor = type; ancestor != null; ancestor = ancestor.getSuperclass()) {
            for (Class<?> declared : ancestor.getInterfaces()) {
                try {
                    return accessible(declared, name);
                } catch (NoSuchMethodException e) {
                    // The method is declared by a different interface.
                }
            }
        }
        throw new NoSuchMethodException(name);
    }
}
