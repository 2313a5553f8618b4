// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import java.util.Optional;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.NoInitialContextException;

/** Lookups. Names below {@code java:comp} and {@code java:app} resolve on the container's threads only. */
final class Jndi {

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

    static <T> Optional<T> find(Class<T> type, String name) {
        try {
            return Optional.of(lookup(type, name));
        } catch (NamingException e) {
            return Optional.empty();
        }
    }

    /** Whether there is a naming service, on whichever thread its names resolve. */
    static boolean isPresent() {
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
