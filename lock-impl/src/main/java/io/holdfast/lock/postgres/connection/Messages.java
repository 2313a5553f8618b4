// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.connection;

import io.holdfast.lock.LockDatabaseUnfitException;
import java.lang.System.Logger;
import org.jspecify.annotations.Nullable;

/** All texts of this package for users, in the order of their ids. */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static LockDatabaseUnfitException notPostgres(String product) {
        return new LockDatabaseUnfitException("""
                HOLDFAST-0007: the data source leads to %s, but the locks need PostgreSQL. Set holdfast.datasource to \
                the JNDI name of a PostgreSQL data source\
                """.formatted(product), null);
    }

    static LockDatabaseUnfitException noAutoCommit(@Nullable Throwable cause) {
        return new LockDatabaseUnfitException("""
                HOLDFAST-0020: a connection of the data source cannot be set to autocommit, so it is part of a \
                transaction. Use a data source that JTA does not manage\
                """, cause);
    }
}
