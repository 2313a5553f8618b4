// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import java.util.List;
import java.util.Optional;
import javax.naming.NamingException;
import javax.sql.DataSource;

/** The data source whose database holds the locks, and the name it was found under. */
record LockDataSource(String name, DataSource dataSource) {

    private static final String REFERENCE = "java:app/env/jdbc/holdfast";
    private static final String DEFAULT = "java:comp/DefaultDataSource";

    /** The configured one, which must be there; else the application's resource reference; else the server's default. */
    static LockDataSource find(Optional<String> configured) {
        List<String> names = configured.map(List::of).orElse(List.of(REFERENCE, DEFAULT));
        NamingException failure = null;
        for (String name : names) {
            try {
                return new LockDataSource(name, Jndi.lookup(DataSource.class, name));
            } catch (NamingException e) {
                failure = e;
            }
        }
        throw Messages.noDataSource(names, failure);
    }
}
