// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import jakarta.annotation.Resource;
import jakarta.ejb.Stateless;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** What all servers see: what was done under the locks. */
@Stateless
public class Overview {

    /** What the box office locks. */
    public static final List<String> KEYS = List.of(BoxOffice.SHOW, Report.REPORT, Till.TILL);

    @Resource(lookup = "java:app/env/jdbc/boxoffice")
    private DataSource dataSource;

    /**
     * One run of the report.
     *
     * @param tick its number
     * @param node the server that wrote it
     */
    public record Run(long tick, String node) {}

    /**
     * One opening of the till.
     *
     * @param node the server that opened it
     * @param gapMillis how long nobody had it open before, or null for the first
     */
    public record Opening(String node, Long gapMillis) {}

    /**
     * The seats of the show.
     *
     * @param sold how many were sold, which may be more than there are if the lock is missing
     * @param refused how many buyers got none
     */
    public record Sales(int sold, int refused) {}

    /**
     * The latest runs of the report.
     *
     * @return the newest first; a tick that ran twice is there twice
     * @throws SQLException if the database fails
     */
    public List<Run> runs() throws SQLException {
        return select(
                "select tick, node from report order by tick desc, node limit 24",
                row -> new Run(row.getLong(1), row.getString(2)));
    }

    /**
     * The latest openings of the till.
     *
     * @return the newest first
     * @throws SQLException if the database fails
     */
    public List<Opening> openings() throws SQLException {
        return select(
                "select node, gap_ms from till order by id desc limit 5",
                row -> new Opening(row.getString(1), row.getObject(2, Long.class)));
    }

    /**
     * The seats of the show.
     *
     * @return the counts
     * @throws SQLException if the database fails
     */
    public Sales sales() throws SQLException {
        return select(
                        "select count(*) filter (where sold), count(*) filter (where not sold) from booking",
                        row -> new Sales(row.getInt(1), row.getInt(2)))
                .get(0);
    }

    private <T> List<T> select(String sql, Mapper<T> mapper) throws SQLException {
        List<T> found = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(sql);
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                found.add(mapper.map(rows));
            }
        }
        return found;
    }

    @FunctionalInterface
    private interface Mapper<T> {
        T map(ResultSet row) throws SQLException;
    }
}
