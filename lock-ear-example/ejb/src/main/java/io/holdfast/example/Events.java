// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import jakarta.annotation.Resource;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The log that all nodes write together. */
@Stateless
public class Events {

    private static final System.Logger LOG = System.getLogger(Events.class.getName());

    @Resource(lookup = "java:app/env/jdbc/boxoffice")
    private DataSource dataSource;

    /** What an event is about. */
    public enum Kind {
        /** A node has opened the till. */
        OPENED("opened"),
        /** A node has closed the till. */
        CLOSED("closed"),
        /** A node was notified that it has lost the lock of the till. */
        LOST("lost"),
        /** A write that came too late was refused. */
        REFUSED("refused"),
        /** Buyers have come. */
        STAMPEDE("stampede"),
        /** The lock is used. */
        LOCK_ON("lock-on"),
        /** The lock is not used. */
        LOCK_OFF("lock-off"),
        /** An operator has ended a session that held a lock. */
        ENDED("ended");

        private final String shown;

        Kind(String shown) {
            this.shown = shown;
        }
    }

    /**
     * Writes an event of this node, as {@link #add(String, Kind, String)} does.
     *
     * @param kind what it is about
     * @param text a sentence for the reader
     */
    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public void add(Kind kind, String text) {
        add(Node.NAME, kind, text);
    }

    /**
     * Writes an event, in a transaction of its own, so that it stays when the work that it is about is rolled back. A
     * failure is logged only: nothing depends on the log.
     *
     * @param node the node that it is about
     * @param kind what it is about
     * @param text a sentence for the reader
     */
    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public void add(String node, Kind kind, String text) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("insert into event (node, kind, text) values (?, ?, ?)")) {
            insert.setString(1, node);
            insert.setString(2, kind.shown);
            insert.setString(3, text);
            insert.executeUpdate();
        } catch (SQLException e) {
            LOG.log(Level.WARNING, "not written to the log: " + text, e);
        }
    }
}
