// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.postgres.LoadHistory.Kill;
import io.holdfast.lock.postgres.LoadHistory.Sample;
import io.holdfast.lock.postgres.LoadHistory.Write;
import io.holdfast.lock.postgres.sql.LockId;
import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Looks at the server from outside while the load runs, and does harm to it. Each method wants a thread of its own. */
record LoadObserver(TestDatabase database, LoadProcess.Order order) {

    /** Parameters: token, key, token. Both tables change or none does, in one order for each key, since its row is locked. */
    static final String WRITE = "with allowed as (update load_guard set token = ? where key = ?"
            + " and token <= ? collate \"C\" returning key, token)"
            + " insert into load_journal (key, token) select key, token from allowed";

    private static final String LOCKS = "select pid, (classid::bigint << 32) | objid::bigint,"
            + " granted and mode = 'ExclusiveLock' from pg_locks where locktype = 'advisory' and objsubid = 1"
            + " and database = (select oid from pg_database where datname = current_database())";

    private record Row(int pid, String key, boolean exclusive) {}

    /**
     * One row for each key says who is in, whatever the locker says. Under the lock a visitor writes itself into the row and out
     * again, on a connection that the locker does not know, and in the end what its release said. Each write counts the
     * row's steps, so the steps are the order in which the visitors of a key came and went.
     *
     * @param connection a connection of the visitor, with autocommit
     */
    record Oracle(Connection connection) {

        /** Parameters: visit, key, token or null. A holder that is met is noted and overwritten; a later token than this is not. */
        private static final String ENTER = "with visit (id, key, token) as (values (?, ?, ?)),"
                + " entered as (update load_oracle o set holder = v.id, met = o.holder, step = o.step + 1,"
                + " token = coalesce(v.token, o.token) from visit v"
                + " where o.key = v.key and o.token <= coalesce(v.token, o.token) collate \"C\" returning o.step, o.met)"
                + " insert into load_visit (id, key, token, entered, met)"
                + " select v.id, v.key, v.token, e.step, e.met from visit v left join entered e on true";

        /** Parameters: visit, key, token or null, visit. Another that is in the row by now is noted and stays there. */
        private static final String LEAVE =
                "with gone as (update load_oracle set holder = nullif(holder, ?), met = holder,"
                        + " step = step + 1 where key = ? and token <= coalesce(?, token) collate \"C\" returning step, met)"
                        + " update load_visit set gone = g.step, found = g.met from gone g where id = ?";

        private static final String END = "update load_visit set outcome = ?, pid = ?, ended = ? where id = ?";

        /**
         * Only visits whose release said held count; they are compared also with those that somebody else, whose lock was
         * lost, overwrote in between. A visit is brief if it ended at most a moment after its session, as it may if locks
         * pass from holder to holder. The parameter is this moment in nanoseconds, zero for none.
         */
        private static final String FINDINGS = "with handing as (select ?::bigint as nanos), held as (select v, key,"
                + " entered, max(gone) over"
                + " (partition by key order by entered rows between unbounded preceding and 1 preceding) as busy"
                + " from load_visit v where outcome = 'HELD'),"
                + " brief as (select v.id from load_visit v join load_kill k on k.pid = v.pid cross join handing"
                + " where nanos > 0 and k.began <= v.ended and v.ended <= k.over + nanos),"
                + " found as (select 'two were in at once, and both releases said held: ' || to_json(a) || ' and '"
                + " || to_json(b.v) as finding, array[a.id, (b.v).id] as ids from held b join load_visit a"
                + " on a.key = b.key and a.outcome is distinct from 'LOST' and a.entered < b.entered"
                + " and a.gone > b.entered where b.busy > b.entered"
                + " union all select 'a later token was there, but the release said held: ' || to_json(v), array[id]"
                + " from load_visit v where outcome = 'HELD' and (entered is null or gone is null)"
                + " union all select 'did not end: ' || to_json(v), '{}' from load_visit v where outcome is null)"
                + " select finding from found where exists (select from brief where id = any(ids))";

        private static final String TALLY = "select count(*), count(*) filter (where outcome = 'LOST'), count(met),"
                + " count(*) filter (where gone is not null and found is distinct from id),"
                + " count(*) filter (where entered is null or gone is null) from load_visit";

        void enter(String visit, String key, FencingToken token) throws SQLException {
            if (update(ENTER, visit, key, text(token)) != 1) {
                throw new IllegalStateException("not noted: " + visit);
            }
        }

        /** Does nothing if a later token is there, which is so for good: a visitor that could not enter for it cannot leave. */
        void leave(String visit, String key, FencingToken token) throws SQLException {
            update(LEAVE, visit, key, text(token), visit);
        }

        /**
         * What the release said.
         *
         * @param pid the session of the lock, as the locker says; serves to excuse a brief overlap only
         * @param ended the last moment before the release
         */
        void end(String visit, boolean held, int pid, long ended) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(END)) {
                statement.setString(1, held ? "HELD" : "LOST");
                statement.setInt(2, pid);
                statement.setLong(3, ended);
                statement.setString(4, visit);
                if (statement.executeUpdate() != 1) {
                    throw new IllegalStateException("not noted: " + visit);
                }
            }
        }

        private static String text(FencingToken token) {
            return token == null ? null : token.toString();
        }

        private int update(String sql, String... parameters) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < parameters.length; i++) {
                    statement.setString(i + 1, parameters[i]);
                }
                return statement.executeUpdate();
            }
        }

        /** What must not be, in words; empty if all is well. */
        List<String> violations(long handOverNanos) throws SQLException {
            return findings(FINDINGS.replace("where exists (", "where not exists ("), handOverNanos);
        }

        /** Overlaps as brief as they may be, since a lock was handed on a moment after it was gone. */
        List<String> briefOverlaps(long handOverNanos) throws SQLException {
            return findings(FINDINGS, handOverNanos);
        }

        private List<String> findings(String query, long handOverNanos) throws SQLException {
            List<String> findings = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(query)) {
                statement.setLong(1, handOverNanos);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        findings.add(rows.getString(1));
                    }
                }
            }
            return findings;
        }

        Tally tally() throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(TALLY)) {
                row.next();
                return new Tally(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5));
            }
        }
    }

    /**
     * How much the oracle saw.
     *
     * @param visits all of them
     * @param lost whose release did not say held
     * @param met who came while another was in
     * @param ousted who found another, or nobody, in its place when it went
     * @param refused who was kept out by a later token, when it came or when it went
     */
    record Tally(long visits, long lost, long met, long ousted, long refused) {}

    void createTables() throws SQLException {
        dropTables(database);
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create table load_oracle (key text primary key, holder text, met text,"
                    + " step bigint not null default 0, token text collate \"C\" not null default '')");
            statement.execute("create table load_visit (id text primary key, key text not null, token text,"
                    + " entered bigint, met text, gone bigint, found text, outcome text,"
                    + " pid int, ended bigint)");
            statement.execute("create table load_kill (pid int not null, began bigint not null, over bigint not null)");
            statement.execute("create table load_guard (key text primary key, token text collate \"C\" not null)");
            statement.execute("create table load_journal (id bigserial primary key, key text, token text)");
            for (String key : order.keys()) {
                statement.execute("insert into load_guard values ('" + key + "', '')");
                statement.execute("insert into load_oracle (key) values ('" + key + "')");
            }
        }
    }

    List<Write> takeJournal() throws SQLException {
        List<Write> writes = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("select key, token from load_journal order by id")) {
                while (rows.next()) {
                    writes.add(new Write(rows.getString(1), FencingToken.parse(rows.getString(2))));
                }
            }
        }
        return writes;
    }

    static void dropTables(TestDatabase database) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists load_guard, load_journal, load_kill, load_oracle, load_visit");
        }
    }

    List<Sample> sampleUntil(BooleanSupplier end) throws Exception {
        List<Sample> samples = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            while (!end.getAsBoolean()) {
                long from = now();
                Map<String, Integer> exclusive = new HashMap<>();
                for (Row row : locks(statement)) {
                    if (row.exclusive()) {
                        exclusive.merge(row.key(), 1, Integer::sum);
                    }
                }
                samples.add(new Sample(from, now(), exclusive));
                TimeUnit.MILLISECONDS.sleep(2);
            }
        }
        return samples;
    }

    /** Ends sessions of random holders and waiters, one at a time. */
    List<Kill> killUntil(BooleanSupplier end) throws Exception {
        List<Kill> kills = new ArrayList<>();
        Random random = new Random(order.seed());
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            while (!end.getAsBoolean()) {
                TimeUnit.MILLISECONDS.sleep(20 + random.nextInt(100));
                List<Row> candidates = locks(statement);
                if (!candidates.isEmpty()) {
                    kills.add(kill(statement, candidates.get(random.nextInt(candidates.size()))));
                }
            }
        }
        return kills;
    }

    private Kill kill(Statement statement, Row victim) throws SQLException {
        long from = now();
        statement.execute("select pg_terminate_backend(" + victim.pid() + ", 10000)");
        long to = now();
        statement.execute("insert into load_kill values (" + victim.pid() + ", " + from + ", " + to + ")");
        return new Kill(victim.pid(), from, to);
    }

    private List<Row> locks(Statement statement) throws SQLException {
        Map<Long, String> keys = new HashMap<>();
        order.keys().forEach(key -> keys.put(LockId.of(0, key), key));
        List<Row> locks = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(LOCKS)) {
            while (rows.next()) {
                String key = keys.get(rows.getLong(2));
                if (key != null) {
                    locks.add(new Row(rows.getInt(1), key, rows.getBoolean(3)));
                }
            }
        }
        return locks;
    }

    private long now() {
        return System.nanoTime() - order.originNanos();
    }
}
