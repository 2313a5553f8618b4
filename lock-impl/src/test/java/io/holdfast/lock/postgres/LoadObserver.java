// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.postgres.LoadHistory.Kill;
import io.holdfast.lock.postgres.LoadHistory.Sample;
import io.holdfast.lock.postgres.LoadHistory.Write;
import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.sql.Connection;
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

    void createJournal() throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            dropJournal(statement);
            statement.execute("create table load_guard (key text primary key, token text collate \"C\" not null)");
            statement.execute("create table load_journal (id bigserial primary key, key text, token text)");
            for (String key : order.keys()) {
                statement.execute("insert into load_guard values ('" + key + "', '')");
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
            dropJournal(statement);
        }
        return writes;
    }

    private static void dropJournal(Statement statement) throws SQLException {
        statement.execute("drop table if exists load_guard, load_journal");
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
        return new Kill(victim.pid(), from, now());
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
