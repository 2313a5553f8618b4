// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.ejb.Stateless;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Whether the box office uses its locks, for all nodes: only who sees what goes wrong without them believes in them. */
@Stateless
public class LockSwitch {

    @Resource(lookup = "java:app/env/jdbc/boxoffice")
    private DataSource dataSource;

    @EJB
    private Events events;

    /**
     * Returns whether locks are used.
     *
     * @return true unless somebody has switched them off
     */
    public boolean isOn() {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("select is_on from lock_switch");
                ResultSet rows = select.executeQuery()) {
            rows.next();
            return rows.getBoolean(1);
        } catch (SQLException e) {
            throw new BoxOfficeException("the switch of the locks was not read", e);
        }
    }

    /**
     * Switches the locks on or off.
     *
     * @param on whether they are used from now on
     */
    public void set(boolean on) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement update =
                        connection.prepareStatement("update lock_switch set is_on = ? where is_on <> ?")) {
            update.setBoolean(1, on);
            update.setBoolean(2, on);
            if (update.executeUpdate() > 0) {
                events.add(
                        on ? Events.Kind.LOCK_ON : Events.Kind.LOCK_OFF,
                        "The lock is " + (on ? "used again" : "not used any more") + " for report and seats.");
            }
        } catch (SQLException e) {
            throw new BoxOfficeException("the locks were not switched", e);
        }
    }
}
