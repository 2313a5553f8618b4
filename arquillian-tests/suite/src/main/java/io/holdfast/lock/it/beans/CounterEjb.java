// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import jakarta.annotation.Resource;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

/** Counts in the database, reading and writing as two statements, so that who reads too early loses a count. */
@Stateless
public class CounterEjb {

    private static final String KEY = "counter/key";
    private static final long SLOW_COMMIT_MILLIS = 5;

    @Inject
    private Locker locker;

    @Resource
    private TransactionSynchronizationRegistry registry;

    @Locked(KEY)
    public void increment() throws SQLException, NamingException {
        readAndWrite();
    }

    /** Wrong: the lock is free before the container commits, which takes its time here. */
    public void incrementReleasingEarly() throws Exception {
        registry.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SLOW_COMMIT_MILLIS));
            }

            @Override
            public void afterCompletion(int status) {
                // Nothing to do after.
            }
        });
        locker.withLock(LockRequest.of(KEY), () -> {
            readAndWrite();
            return null;
        });
    }

    private static void readAndWrite() throws SQLException, NamingException {
        DataSource work = (DataSource) new InitialContext().lookup("jdbc/work");
        try (Connection connection = work.getConnection()) {
            long value;
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select value from counter")) {
                rows.next();
                value = rows.getLong(1);
            }
            try (PreparedStatement statement = connection.prepareStatement("update counter set value = ?")) {
                statement.setLong(1, value + 1);
                statement.executeUpdate();
            }
        }
    }
}
