// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import io.holdfast.lock.spi.LockListener;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a listener at its first call, which is on the thread of a component. That thread knows the name of the
 * application, and what the server provides is ready by then. The text of the proxy is the name of the listener's
 * class, for the message about a listener that fails.
 */
final class LazyListener implements InvocationHandler {

    private final String name;
    private final Supplier<StoppableListener> source;
    private final LockListener proxy;

    /** Not a monitor, because the threads that wait for it may be virtual ones. */
    private final ReentrantLock making = new ReentrantLock();

    /** Null before the first call; written under the lock {@link #making}. */
    private volatile @Nullable StoppableListener made;

    LazyListener(String name, Supplier<StoppableListener> source) {
        this.name = name;
        this.source = source;
        this.proxy = (LockListener)
                Proxy.newProxyInstance(LockListener.class.getClassLoader(), new Class<?>[] {LockListener.class}, this);
    }

    /** Returns what makes the listener and passes its calls on. */
    LockListener proxy() {
        return proxy;
    }

    @Override
    public @Nullable Object invoke(Object called, Method method, Object[] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return resultOfObject(method.getName(), arguments);
        }
        try {
            return method.invoke(listener(), arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** The methods of every object do not make the listener. */
    private Object resultOfObject(String method, Object[] arguments) {
        return switch (method) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> hashCode();
            default -> toString();
        };
    }

    private StoppableListener listener() {
        StoppableListener present = made;
        return present == null ? make() : present;
    }

    private StoppableListener make() {
        making.lock();
        try {
            StoppableListener present = made;
            if (present == null) {
                present = source.get();
                made = present;
            }
            return present;
        } finally {
            making.unlock();
        }
    }

    void stop() {
        StoppableListener present = made;
        if (present != null) {
            present.stop();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
