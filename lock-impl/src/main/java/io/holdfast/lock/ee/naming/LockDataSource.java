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
 * The data source whose database holds the locks.
 *
 * @param name how it was found, for messages: its name in JNDI, or a description of its bean
 * @param dataSource the data source
 */
public record LockDataSource(String name, DataSource dataSource) {

    /** The name of the resource reference of the application. */
    public static final String REFERENCE = "java:app/env/jdbc/holdfast";

    /** The name of the default data source of the server. */
    public static final String DEFAULT = "java:comp/DefaultDataSource";

    private static final String REFERENCES = "java:app/env";

    /**
     * Whether this is the default data source of the server, whose connections the application most likely uses, too.
     */
    public boolean isDefault() {
        return name.equals(DEFAULT);
    }

    /**
     * Whether the calling thread can see which of the default names is bound. While an EAR starts, Payara resolves the
     * server's default, but not yet the reference, which takes precedence.
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

    /** Whether the application has the resource reference, as far as the calling thread can see. */
    public static boolean isReferenced() {
        return Jndi.find(DataSource.class, REFERENCE).isPresent();
    }

    /**
     * Finds the data source of this name.
     *
     * @param setting the name of the setting that has the JNDI name, for messages
     * @throws jakarta.enterprise.inject.spi.DeploymentException if there is none
     */
    public static LockDataSource find(String jndiName, String setting) {
        String remedy = Messages.setName(setting);
        return find(List.of(jndiName), remedy, Optional::empty);
    }

    /**
     * Finds the resource reference of the application, or else the default data source of the server, or else a bean,
     * as on a server without JNDI. Only a name that is not bound leads to the next one: a reference that cannot be
     * resolved is a mistake, and the default may be a different database.
     *
     * @throws jakarta.enterprise.inject.spi.DeploymentException if there is none
     */
    public static LockDataSource findDefault(Supplier<Optional<LockDataSource>> bean) {
        return find(List.of(REFERENCE, DEFAULT), Messages.setNameOrDeclareReference(), bean);
    }

    private static LockDataSource find(
            List<String> names, String remedy, Supplier<Optional<LockDataSource>> otherwise) {
        NamingException last = null;
        for (String name : names) {
            try {
                return new LockDataSource(name, Jndi.lookup(DataSource.class, name));
            } catch (NameNotFoundException | NoInitialContextException e) {
                last = e;
            } catch (NamingException e) {
                throw Messages.noDataSource(List.of(name), remedy, e);
            }
        }
        NamingException cause = last;
        return otherwise.get().orElseThrow(() -> Messages.noDataSource(names, remedy, cause));
    }
}
