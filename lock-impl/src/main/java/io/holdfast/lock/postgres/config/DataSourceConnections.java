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

/** Opens connections of a data source. Each pool has its own method for its size, because JDBC has none. */
record DataSourceConnections(DataSource dataSource) implements ConnectionSource {

    /** Chains of methods without parameters, of HikariCP, DBCP 2, Agroal, c3p0 and Tomcat. */
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

    /**
     * Returns the method as a public type declares it, since the class itself may not be public, like that of Agroal.
     */
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
