// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.contender;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.benchmark.machine.CountedSockets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What a contender is given: a pool of connections, or connections outside any pool, and the addresses of servers. */
public final class Environment implements AutoCloseable {

    /** What all environments of a workload have in common. */
    public record Site(Servers servers, int poolSize, Duration poolTimeout, Duration delay, Member member) {

        /** The same with this delay added to each round trip to PostgreSQL. */
        public Site delayed(Duration added) {
            return new Site(servers, poolSize, poolTimeout, added, member);
        }
    }

    /** Where the servers are. Redis is null if there is none on this machine. */
    public record Servers(String postgres, @Nullable String redis, int clusterPort) {}

    /** Which of how many JVMs this is; the first has the number 0, and is alone if there is one only. */
    public record Member(int number, int count) {

        /** The only JVM. */
        public static final Member ALONE = new Member(0, 1);
    }

    private final Site site;
    private final String name;
    private @Nullable HikariDataSource pool;

    /** The name is what the sessions are called on the server. */
    public Environment(Site site, String name) {
        this.site = site;
        this.name = name;
    }

    /** The servers and sizes. */
    public Site site() {
        return site;
    }

    /** The pool of this contender, filled. */
    public synchronized DataSource pool() {
        if (pool == null) {
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl(url());
            config.setUsername("postgres");
            config.setMaximumPoolSize(site.poolSize());
            config.setMinimumIdle(site.poolSize());
            config.setConnectionTimeout(site.poolTimeout().toMillis());
            config.setPoolName(name);
            pool = new HikariDataSource(config);
            fill(pool, site.poolSize());
        }
        return pool;
    }

    private static void fill(DataSource pool, int size) {
        List<Connection> all = new ArrayList<>();
        try {
            while (all.size() < size) {
                all.add(pool.getConnection());
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the pool has " + all.size() + " of " + size + " connections", e);
        } finally {
            all.forEach(Environment::close);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many connections of the pool are in use. */
    public synchronized int borrowed() {
        return pool == null ? 0 : pool.getHikariPoolMXBean().getActiveConnections();
    }

    /** A connection outside the pool; the caller closes it. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), "postgres", "");
    }

    /** Executes a statement on a connection of its own. */
    public void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String url() {
        return site.servers().postgres() + "?ApplicationName=" + name + "&socketFactory="
                + CountedSockets.class.getName() + "&socketFactoryArg="
                + site.delay().toNanos();
    }

    @Override
    public synchronized void close() {
        if (pool != null) {
            pool.close();
        }
    }
}
