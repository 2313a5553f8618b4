// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import io.holdfast.lock.Locked;
import jakarta.annotation.Resource;
import jakarta.ejb.Stateless;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/** Sells the seats of one show. */
@Stateless
public class BoxOffice {

    /** How many seats the show has. */
    public static final int SEATS = 20;

    /** The lock of the show. */
    public static final String SHOW = "show/1";

    @Resource(lookup = "java:app/env/jdbc/boxoffice")
    private DataSource dataSource;

    /**
     * Somebody who wants a seat.
     *
     * @param stampede the stampede that the buyer came with
     * @param arrivedNanos when the buyer came, by {@link System#nanoTime()}
     */
    public record Buyer(int stampede, long arrivedNanos) {

        private double waitedMillis() {
            return (System.nanoTime() - arrivedNanos) / 1e6;
        }
    }

    /**
     * Sells one seat, if one is left. The lock is held until the transaction of this call has committed, so the next
     * buyer sees what was sold, on whichever node.
     *
     * @param buyer who wants it
     * @return whether there was a seat
     */
    @Locked(SHOW)
    public boolean book(Buyer buyer) {
        return sell(buyer);
    }

    /**
     * The same without the lock: two buyers may get the last seat.
     *
     * @param buyer who wants a seat
     * @return whether there seemed to be one
     */
    public boolean bookWithoutLock(Buyer buyer) {
        return sell(buyer);
    }

    /** Looks first and writes later, as such code does. */
    private boolean sell(Buyer buyer) {
        double waitedMillis = buyer.waitedMillis();
        try (Connection connection = dataSource.getConnection()) {
            boolean seatLeft = sold(connection, buyer.stampede()) < SEATS;
            TimeUnit.MILLISECONDS.sleep(5); // the buyer makes up her mind
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into booking (stampede, sold, node, waited_ms) values (?, ?, ?, ?)")) {
                insert.setInt(1, buyer.stampede());
                insert.setBoolean(2, seatLeft);
                insert.setString(3, Node.NAME);
                insert.setDouble(4, waitedMillis);
                insert.executeUpdate();
            }
            return seatLeft;
        } catch (SQLException e) {
            throw new BoxOfficeException("the seat was not booked", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BoxOfficeException("interrupted before the seat was booked", e);
        }
    }

    private static int sold(Connection connection, int stampede) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select count(*) from booking where stampede = ? and sold")) {
            select.setInt(1, stampede);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }
}
