// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.naming;

import java.util.Optional;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.NoInitialContextException;

/** Lookups. Names below {@code java:comp} and {@code java:app} resolve on the container's threads only. */
public final class Jndi {

    private Jndi() {}

    static <T> T lookup(Class<T> type, String name) throws NamingException {
        Object found = lookup(name);
        if (!type.isInstance(found)) {
            throw new NamingException(name + " is not a " + type.getName() + " but " + found);
        }
        return type.cast(found);
    }

    /** Payara tells that a name is not bound by the cause only. */
    private static Object lookup(String name) throws NamingException {
        try {
            return new InitialContext().lookup(name);
        } catch (NamingException e) {
            throw e.getCause() instanceof NameNotFoundException notFound ? notFound : e;
        }
    }

    /**
     * Looks the name up, as far as the calling thread can.
     *
     * @param <T> the type of what is bound
     * @param type the type of what is bound
     * @param name the name
     * @return what is bound to it; empty if that is nothing of the type
     */
    public static <T> Optional<T> find(Class<T> type, String name) {
        try {
            return Optional.of(lookup(type, name));
        } catch (NamingException e) {
            return Optional.empty();
        }
    }

    /**
     * Whether there is a naming service, on whichever thread its names resolve.
     *
     * @return whether there is one
     */
    public static boolean isPresent() {
        try {
            lookup("java:comp");
            return true;
        } catch (NoInitialContextException e) {
            return false;
        } catch (NamingException e) {
            return true;
        }
    }
}
