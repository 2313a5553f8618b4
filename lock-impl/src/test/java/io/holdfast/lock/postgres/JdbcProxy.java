// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;

/** JDBC objects whose calls a test looks at, or does something else with. */
final class JdbcProxy {

    private JdbcProxy() {}

    static Connection connection(InvocationHandler calls) {
        return of(Connection.class, calls);
    }

    /** Open still when its user has closed it. */
    static Connection unclosed(Connection connection) {
        return connection(
                (proxy, method, args) -> method.getName().equals("close") ? null : call(connection, method, args));
    }

    static <T> T of(Class<T> type, InvocationHandler calls) {
        return type.cast(Proxy.newProxyInstance(JdbcProxy.class.getClassLoader(), new Class<?>[] {type}, calls));
    }

    /** What the call would do without a proxy; it fails as it would without one. */
    static Object call(Object target, Method method, Object... arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
