// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.naming;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.NoInitialContextException;
import javax.sql.DataSource;

/**
 * The data source whose database holds the locks, and the name it was found under.
 *
 * @param name the name, for messages
 * @param dataSource the data source
 */
public record LockDataSource(String name, DataSource dataSource) {

    /** The name of the resource reference of the application. */
    public static final String REFERENCE = "java:app/env/jdbc/holdfast";

    /** The name of the default data source of the server. */
    public static final String DEFAULT = "java:comp/DefaultDataSource";

    private static final String REFERENCES = "java:app/env";

    /**
     * Whether the application most likely works with connections of the same pool.
     *
     * @return whether it is the default data source of the server
     */
    public boolean isDefault() {
        return name.equals(DEFAULT);
    }

    /**
     * Whether the calling thread can tell which of the names that are tried without configuration is bound. While an EAR
     * starts, Payara resolves the server's default, but not yet the reference, which comes first.
     *
     * @return whether it can
     */
    public static boolean isNamedYet() {
        try {
            Jndi.lookup(DataSource.class, REFERENCE);
            return true;
        } catch (NameNotFoundException e) {
            return Jndi.find(DataSource.class, DEFAULT).isPresent();
        } catch (NamingException e) {
            return Jndi.find(Object.class, REFERENCES).isPresent();
        }
    }

    /**
     * Whether the application has the resource reference, as far as the calling thread can tell.
     *
     * @return whether it has
     */
    public static boolean isReferenced() {
        return Jndi.find(DataSource.class, REFERENCE).isPresent();
    }

    /**
     * The configured one, which must be there; else the application's resource reference; else the server's default; else the
     * bean, as on a server without JNDI. Only a name that is not bound leads to the next: a reference that cannot be resolved
     * is a mistake, and the default may be a different database.
     *
     * @param configured the name that is set; empty if none is
     * @param bean finds the bean
     * @return the data source
     * @throws jakarta.enterprise.inject.spi.DeploymentException if there is none
     */
    public static LockDataSource find(Optional<String> configured, Supplier<Optional<LockDataSource>> bean) {
        List<String> names = configured.map(List::of).orElse(List.of(REFERENCE, DEFAULT));
        NamingException notFound = null;
        for (String name : names) {
            try {
                return new LockDataSource(name, Jndi.lookup(DataSource.class, name));
            } catch (NameNotFoundException | NoInitialContextException e) {
                notFound = e;
            } catch (NamingException e) {
                throw Messages.noDataSource(List.of(name), e);
            }
        }
        NamingException cause = notFound;
        return (configured.isPresent() ? Optional.<LockDataSource>empty() : bean.get())
                .orElseThrow(() -> Messages.noDataSource(names, cause));
    }
}
