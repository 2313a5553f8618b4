// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.naming;

import java.util.Optional;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.NoInitialContextException;

/**
 * Looks names up in JNDI. Those below {@code java:comp} and {@code java:app} resolve on the container's threads only.
 */
public final class Jndi {

    private static final String COMPONENT = "java:comp";

    private Jndi() {}

    static <T> T lookup(Class<T> type, String name) throws NamingException {
        Object found = lookup(name);
        if (!type.isInstance(found)) {
            throw new NamingException(Messages.wrongType(name, type, found));
        }
        return type.cast(found);
    }

    /** Payara reports a name that is not bound only as the cause of a different exception. */
    private static Object lookup(String name) throws NamingException {
        try {
            return new InitialContext().lookup(name);
        } catch (NamingException e) {
            throw e.getCause() instanceof NameNotFoundException notFound ? notFound : e;
        }
    }

    /**
     * Looks a name up, as far as the calling thread can.
     *
     * @return the object that is bound to the name; empty if there is none of the type
     */
    public static <T> Optional<T> find(Class<T> type, String name) {
        try {
            return Optional.of(lookup(type, name));
        } catch (NamingException e) {
            return Optional.empty();
        }
    }

    /**
     * Whether a name that does not resolve on the calling thread is bound on no other thread, either: because the names
     * of components resolve on this thread, or because there is no naming service.
     */
    public static boolean isConclusive() {
        try {
            return lookup(COMPONENT) instanceof Context;
        } catch (NoInitialContextException e) {
            return true;
        } catch (NamingException e) {
            return false;
        }
    }
}
