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
     * Sells one seat, if one is left. It looks first and writes later, so without the lock two buyers may get the last
     * seat. The lock is held until the transaction of this call has committed, so the next buyer sees what was sold.
     *
     * @param node which server sells
     * @return whether there was a seat
     */
    @Locked(SHOW)
    public boolean book(String node) {
        try (Connection connection = dataSource.getConnection()) {
            boolean seatLeft = sold(connection) < SEATS;
            TimeUnit.MILLISECONDS.sleep(2); // the buyer makes up her mind
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into booking (sold, node) values (?, ?)")) {
                insert.setBoolean(1, seatLeft);
                insert.setString(2, node);
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

    /** Makes all seats free again. */
    @Locked(SHOW)
    public void reset() {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement delete = connection.prepareStatement("delete from booking")) {
            delete.executeUpdate();
        } catch (SQLException e) {
            throw new BoxOfficeException("the seats were not made free", e);
        }
    }

    private static int sold(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select count(*) from booking where sold");
                ResultSet rows = select.executeQuery()) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
