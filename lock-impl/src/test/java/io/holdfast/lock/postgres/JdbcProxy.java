// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiPredicate;

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

    /** The connection, but the calls that the filter finds by method and first argument fail. */
    static Connection failing(Connection connection, BiPredicate<String, String> filter, Exception... failures) {
        Iterator<Exception> left = List.of(failures).iterator();
        return connection((proxy, method, args) -> {
            String argument = args == null || args.length == 0 ? "" : String.valueOf(args[0]);
            if (filter.test(method.getName(), argument) && left.hasNext()) {
                throw left.next();
            }
            return call(connection, method, args);
        });
    }
}
