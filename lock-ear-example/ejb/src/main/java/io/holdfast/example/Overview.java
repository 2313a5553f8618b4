// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockInfo;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** What all nodes see: who has which lock, and what was done under the locks. */
@Stateless
public class Overview {

    /** What the box office locks. */
    public static final List<String> KEYS = List.of(Till.TILL, Report.REPORT, BoxOffice.SHOW);

    @Resource(lookup = "java:app/env/jdbc/boxoffice")
    private DataSource dataSource;

    @Inject
    private LockAdmin admin;

    @EJB
    private LockSwitch lockSwitch;

    /**
     * Everything at one moment.
     *
     * @param at the moment, by the clock of the database
     * @param useLock whether report and seats are under their locks
     * @param locks the locks that somebody holds or waits for, by key
     * @param runs the latest runs of the report, the newest first; a tick that ran twice is there twice
     * @param show the seats
     * @param till the till
     * @param events what happened last, the newest first
     */
    public record All(
            Instant at,
            boolean useLock,
            Map<String, LockInfo> locks,
            List<Run> runs,
            Show show,
            TillBook till,
            List<Event> events) {}

    /**
     * One run of the report.
     *
     * @param tick its number
     * @param node the node that wrote it
     */
    public record Run(long tick, String node) {}

    /**
     * The seats of the show.
     *
     * @param sold how many were sold, which may be more than there are if the lock is missing
     * @param refused how many buyers got none
     * @param failed how many buyers got no answer
     * @param stampede the latest stampede; empty if there was none
     */
    public record Show(int sold, int refused, int failed, Optional<Crowd> stampede) {

        private static final Show EMPTY = new Show(0, 0, 0, Optional.empty());
    }

    /**
     * Many buyers.
     *
     * @param buyers how many
     * @param useLock whether they buy under the lock
     * @param startedAt when they came
     * @param elapsed for how long they have been served
     * @param running whether some are still to be served
     * @param waits how long those waited who were served
     * @param pace how many were served in which quarter of a second
     */
    public record Crowd(
            int buyers,
            boolean useLock,
            Instant startedAt,
            Duration elapsed,
            boolean running,
            Optional<Waits> waits,
            List<Served> pace) {}

    /**
     * The waits of buyers in milliseconds.
     *
     * @param p50 half of them waited no longer than this
     * @param p95 of twenty, nineteen waited no longer than this
     * @param p99 of a hundred, all but one waited no longer than this
     */
    public record Waits(double p50, double p95, double p99) {}

    /**
     * Who was served in one quarter of a second.
     *
     * @param at its end, counted from the start of the stampede
     * @param served how many buyers
     * @param waits how long they waited
     */
    public record Served(Duration at, int served, Waits waits) {}

    /**
     * The till.
     *
     * @param takings how often money was taken
     * @param token the token of the last writer; empty before the first
     * @param openings when it was opened, the newest first
     */
    public record TillBook(long takings, String token, List<Opening> openings) {}

    /**
     * One opening of the till.
     *
     * @param node the node that opened it
     * @param openedAt when
     * @param token the fencing token of that node
     * @param gap how long nobody had it open before; empty for the first
     */
    public record Opening(String node, Instant openedAt, String token, Optional<Duration> gap) {}

    /**
     * Something that happened.
     *
     * @param id its number
     * @param at when
     * @param node where
     * @param kind what it is about
     * @param text a sentence
     */
    public record Event(long id, Instant at, String node, String kind, String text) {}

    /**
     * Reads everything.
     *
     * @return what the database says
     * @throws SQLException if it does not answer
     * @throws InterruptedException if the thread is interrupted while it waits for the list of locks
     */
    public All all() throws SQLException, InterruptedException {
        Map<String, LockInfo> locks = admin.locks().stream()
                .filter(lock -> lock.key() != null)
                .collect(Collectors.toMap(LockInfo::key, Function.identity(), (one, other) -> one));
        try (Connection connection = dataSource.getConnection()) {
            Instant at = select(connection, "select clock_timestamp()", row -> instant(row, 1))
                    .get(0);
            return new All(
                    at,
                    lockSwitch.isOn(),
                    locks,
                    runs(connection),
                    show(connection),
                    till(connection),
                    events(connection));
        }
    }

    /**
     * Finds out whose session it is.
     *
     * @param pid the process id of a session that holds a lock or waits for one
     * @return the name of the node
     */
    public String nodeOf(String pid) {
        try {
            return admin.locks().stream()
                    .flatMap(lock -> Stream.concat(lock.holders().stream(), lock.waiters().stream()))
                    .filter(session -> pid.equals(Integer.toString(session.pid())))
                    .findFirst()
                    .map(Overview::nodeOf)
                    .orElse("an unknown node");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BoxOfficeException("interrupted before the session was found", e);
        }
    }

    /**
     * Returns the node of a session, which shows the name of the lock behind it.
     *
     * @param session a session of a lock
     * @return what {@code ApplicationName} says in the URL of the data source
     */
    public static String nodeOf(LockInfo.Session session) {
        return session.applicationName().split(" holdfast/", 2)[0];
    }

    private static List<Run> runs(Connection connection) throws SQLException {
        return select(
                connection,
                "select tick, node from report order by tick desc, node limit 36",
                row -> new Run(row.getLong(1), row.getString(2)));
    }

    private static Show show(Connection connection) throws SQLException {
        String latest = "with latest as (select * from stampede order by id desc limit 1)";
        String percentiles = "percentile_cont(array[0.5, 0.95, 0.99]) within group (order by b.waited_ms)";
        List<Served> pace = select(
                connection,
                latest + " select ceil(extract(epoch from b.at - l.started) * 4)::int * 250, count(*), " + percentiles
                        + " from booking b join latest l on b.stampede = l.id group by 1 order by 1",
                row -> new Served(
                        Duration.ofMillis(row.getLong(1)),
                        row.getInt(2),
                        waits(row, 3).orElseThrow()));
        List<Show> shows = select(
                connection,
                latest + " select l.buyers, l.use_lock, l.started,"
                        + " (extract(epoch from coalesce(l.ended, clock_timestamp()) - l.started) * 1000)::bigint,"
                        + " l.ended is null and l.started > clock_timestamp() - interval '" + Stampedes.LIMIT_SECONDS
                        + " s', l.failed, count(b.*) filter (where b.sold), count(b.*) filter (where not b.sold), "
                        + percentiles + " from latest l left join booking b on b.stampede = l.id"
                        + " group by l.id, l.buyers, l.use_lock, l.started, l.ended, l.failed",
                row -> new Show(
                        row.getInt(7),
                        row.getInt(8),
                        row.getInt(6),
                        Optional.of(new Crowd(
                                row.getInt(1),
                                row.getBoolean(2),
                                instant(row, 3),
                                Duration.ofMillis(row.getLong(4)),
                                row.getBoolean(5),
                                waits(row, 9),
                                pace))));
        return shows.isEmpty() ? Show.EMPTY : shows.get(0);
    }

    private static Optional<Waits> waits(ResultSet row, int column) throws SQLException {
        Array percentiles = row.getArray(column);
        if (percentiles == null) {
            return Optional.empty();
        }
        Double[] values = (Double[]) percentiles.getArray();
        return values[0] == null ? Optional.empty() : Optional.of(new Waits(values[0], values[1], values[2]));
    }

    private static TillBook till(Connection connection) throws SQLException {
        List<Opening> openings = select(
                connection,
                "select node, opened, token, gap_ms from till order by id desc limit 5",
                row -> new Opening(
                        row.getString(1),
                        instant(row, 2),
                        row.getString(3),
                        Optional.ofNullable(row.getObject(4, Long.class)).map(Duration::ofMillis)));
        return select(
                        connection,
                        "select takings, token from cash",
                        row -> new TillBook(row.getLong(1), row.getString(2), openings))
                .get(0);
    }

    private static List<Event> events(Connection connection) throws SQLException {
        return select(
                connection,
                "select id, at, node, kind, text from event order by id desc limit 50",
                row -> new Event(
                        row.getLong(1), instant(row, 2), row.getString(3), row.getString(4), row.getString(5)));
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getTimestamp(column).toInstant();
    }

    private static <T> List<T> select(Connection connection, String sql, Mapper<T> mapper) throws SQLException {
        List<T> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(sql);
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
