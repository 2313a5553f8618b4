// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import io.holdfast.lock.Locked;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.ejb.Stateless;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/** The times when many buyers come at once: for each, all seats are free again. */
@Stateless
public class Stampedes {

    /** One that has not ended after this time never will: the node that it began on has died. */
    static final int LIMIT_SECONDS = 30;

    @Resource(lookup = "java:app/env/jdbc/boxoffice")
    private DataSource dataSource;

    @EJB
    private LockSwitch lockSwitch;

    @EJB
    private Events events;

    /**
     * A stampede.
     *
     * @param id its number
     * @param useLock whether its seats are sold under the lock
     */
    public record Stampede(int id, boolean useLock) {}

    /**
     * Begins a stampede, unless one is running.
     *
     * @param buyers how many come in all
     * @return the stampede; empty if another is running
     */
    @Locked("stampede")
    public Optional<Stampede> begin(int buyers) {
        boolean useLock = lockSwitch.isOn();
        String sql = "insert into stampede (buyers, use_lock) select ?, ? where not exists (select from stampede"
                + " where ended is null and started > clock_timestamp() - ? * interval '1 s') returning id";
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setInt(1, buyers);
            insert.setBoolean(2, useLock);
            insert.setInt(3, LIMIT_SECONDS);
            try (ResultSet rows = insert.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                events.add(
                        Events.Kind.STAMPEDE,
                        buyers + " buyers want " + BoxOffice.SEATS + " seats, sold "
                                + (useLock ? "under the lock." : "without the lock."));
                return Optional.of(new Stampede(rows.getInt(1), useLock));
            }
        } catch (SQLException e) {
            throw new BoxOfficeException("the buyers were not let in", e);
        }
    }

    /**
     * Ends a stampede.
     *
     * @param stampede which one
     * @param failed how many buyers got no answer
     */
    public void end(Stampede stampede, int failed) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement update = connection.prepareStatement(
                        "update stampede set ended = clock_timestamp(), failed = ? where id = ?")) {
            update.setInt(1, failed);
            update.setInt(2, stampede.id());
            update.executeUpdate();
        } catch (SQLException e) {
            throw new BoxOfficeException("the end of the stampede was not noted", e);
        }
    }
}
