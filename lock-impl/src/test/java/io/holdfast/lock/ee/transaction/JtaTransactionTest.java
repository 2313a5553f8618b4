// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.NoInitialContextException;
import javax.naming.spi.InitialContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where the transactions of the server are seen, in a JVM without a naming service. */
class JtaTransactionTest {

    private static final AtomicInteger ASKED = new AtomicInteger();

    private final List<Object> applications = new ArrayList<>();

    @BeforeEach
    void thereIsNoNamingService() {
        assertThrows(NoInitialContextException.class, () -> new InitialContext().lookup("java:comp"));
    }

    @AfterEach
    void forget() {
        System.clearProperty(Context.INITIAL_CONTEXT_FACTORY);
        applications.forEach(JtaTransaction::forgetRegistry);
        find(null);
    }

    /** When one more application starts, which has this bean, or none if it is null. */
    private boolean find(TransactionSynchronizationRegistry bean) {
        Object application = new Object();
        applications.add(application);
        return JtaTransaction.findRegistry(container(bean), application);
    }

    private void stopLast() {
        JtaTransaction.forgetRegistry(applications.remove(applications.size() - 1));
    }

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(JtaTransactionTest.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    /** Has a bean, or none if it is null. */
    private static BeanManager container(TransactionSynchronizationRegistry bean) {
        Instance<?> instance = fake(Instance.class, (self, method, arguments) -> switch (method.getName()) {
            case "select" -> self;
            case "isResolvable" -> bean != null;
            case "get" -> bean;
            default -> throw new UnsupportedOperationException(method.toString());
        });
        return fake(BeanManager.class, (self, method, arguments) -> instance);
    }

    private static TransactionSynchronizationRegistry registry(int status) {
        return fake(TransactionSynchronizationRegistry.class, (self, method, arguments) -> switch (method.getName()) {
            case "getTransactionStatus" -> status;
            case "getTransactionKey" -> "key";
            default -> throw new UnsupportedOperationException(method.toString());
        });
    }

    @Test
    void shouldSeeTransactionsByBeanWhereJndiHasNone() {
        assertTrue(find(registry(Status.STATUS_ACTIVE)));
        assertEquals("key", JtaTransaction.currentKey());
        assertTrue(JtaTransaction.active().isPresent());
        stopLast();

        assertTrue(find(registry(Status.STATUS_MARKED_ROLLBACK)));
        assertEquals("key", JtaTransaction.currentKey());
        assertFalse(JtaTransaction.active().isPresent());
        stopLast();

        assertTrue(find(registry(Status.STATUS_NO_TRANSACTION)));
        assertEquals(Optional.empty(), JtaTransaction.current());
    }

    @Test
    void shouldSeeTheTransactionsOfEachApplicationUntilItEnds() {
        find(registry(Status.STATUS_NO_TRANSACTION));
        find(registry(Status.STATUS_ACTIVE));
        assertFalse(find(null), "of the one without transactions");
        assertTrue(JtaTransaction.active().isPresent());
        stopLast();
        assertTrue(JtaTransaction.active().isPresent());

        stopLast();

        assertFalse(JtaTransaction.active().isPresent());
    }

    @Test
    void shouldNotLookAgainWhereNamesResolveButNotThisOne() {
        System.setProperty(Context.INITIAL_CONTEXT_FACTORY, WithoutRegistry.class.getName());
        assertFalse(find(null));
        ASKED.set(0);

        assertEquals(Optional.empty(), JtaTransaction.current());

        assertEquals(0, ASKED.get());
    }

    /** A naming service as that of a servlet container. */
    public static final class WithoutRegistry implements InitialContextFactory {

        @Override
        public Context getInitialContext(Hashtable<?, ?> environment) {
            return fake(Context.class, (self, method, arguments) -> {
                ASKED.incrementAndGet();
                if (method.getName().equals("lookup") && arguments[0].equals("java:comp")) {
                    return self;
                }
                throw new NameNotFoundException(method.toString());
            });
        }
    }

    @Test
    void shouldNotLookAgainWhereThereIsNone() {
        assertFalse(find(null));
        System.setProperty(Context.INITIAL_CONTEXT_FACTORY, Asked.class.getName());

        assertEquals(Optional.empty(), JtaTransaction.current());

        assertEquals(0, ASKED.get());
        assertFalse(find(null), "at the next start");
        assertTrue(ASKED.get() > 0);
    }

    /** A naming service that knows nothing. */
    public static final class Asked implements InitialContextFactory {

        @Override
        public Context getInitialContext(Hashtable<?, ?> environment) throws NamingException {
            ASKED.incrementAndGet();
            throw new NamingException("none");
        }
    }

    @Test
    void shouldSeeNoTransactionsWithoutTheirApi() throws Throwable {
        Class<?> type = new WithoutTransactions().loadClass(JtaTransaction.class.getName());
        // Not by reflection, which would load the types of all methods.
        MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
        MethodHandle find = lookup.findStatic(
                type, "findRegistry", MethodType.methodType(boolean.class, BeanManager.class, Object.class));
        MethodHandle currentKey = lookup.findStatic(type, "currentKey", MethodType.methodType(Object.class));

        assertNull(currentKey.invoke());
        assertTrue((boolean) find.invoke(container(null), this), "nothing to warn about");
        assertNull(currentKey.invoke());
    }

    /** Has classes of its own for the package under test, and no Jakarta Transactions. */
    private static final class WithoutTransactions extends ClassLoader {

        private WithoutTransactions() {
            super(JtaTransactionTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("jakarta.transaction.")) {
                throw new ClassNotFoundException(name);
            }
            boolean isOwn = name.startsWith("io.holdfast.lock.ee.");
            return isOwn && findLoadedClass(name) == null ? define(name) : super.loadClass(name, resolve);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
