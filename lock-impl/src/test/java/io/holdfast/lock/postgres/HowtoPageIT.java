// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.Pages;
import io.holdfast.lock.Snippets;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** The recipes with SQL do what their page claims, with the tables and the Java code of the page. */
@Timeout(60)
class HowtoPageIT extends LockerTest {

    private static final Path PAGE = Path.of("../docs/howto.md");

    /** Other tests have tables of their own. */
    private static final String SCHEMA = "howto_" + System.nanoTime();

    @TempDir
    private Path classes;

    private final PGSimpleDataSource database = (PGSimpleDataSource) Databases.SHARED.dataSource();

    @BeforeEach
    void createTables() throws Exception {
        execute("create schema " + SCHEMA);
        database.setCurrentSchema(SCHEMA);
        List<String> statements = Pages.blocks(PAGE, "sql");
        assertEquals(2, statements.size());
        for (String statement : statements) {
            execute(statement);
        }
    }

    @AfterEach
    void dropTables() throws SQLException {
        execute("drop schema " + SCHEMA + " cascade");
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Object ask(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getObject(1);
        }
    }

    /** A method of the only example of the page that declares it. */
    private Object call(String method, Object... arguments) throws Exception {
        Object example = Snippets.ofPage(PAGE).stream()
                .filter(each -> each.code().contains(" " + method + "("))
                .findFirst()
                .orElseThrow()
                .object(classes);
        Snippets.set(example, "database", database);
        for (Method each : example.getClass().getDeclaredMethods()) {
            if (each.getName().equals(method)) {
                each.setAccessible(true);
                return each.invoke(example, arguments);
            }
        }
        throw new AssertionError(method);
    }

    @Test
    @DisplayName("a job is due once a day, and never for a day before the last one")
    void jobShouldBeDueOncePerPeriod() throws Exception {
        LocalDate today = LocalDate.of(2026, 2, 28);

        assertEquals(true, call("isDue", "reports/daily", today));
        assertEquals(false, call("isDue", "reports/daily", today));
        assertEquals(true, call("isDue", "reports/monthly", today), "a different job");
        assertEquals(true, call("isDue", "reports/daily", today.plusDays(1)));
        assertEquals(false, call("isDue", "reports/daily", today), "a late clock");
        assertEquals(Date.valueOf("2026-03-01"), ask("select day from job_run where job = 'reports/daily'"));
    }

    @Test
    @DisplayName("the table accepts the present holder as often as it writes, and refuses the former one")
    void tableShouldRefuseLateWrites() throws Exception {
        execute("insert into account (id, balance) values (1, 0)");
        FencingToken former = token();
        FencingToken present = token();

        assertEquals(true, call("writeBalance", 1L, BigDecimal.ONE, former));
        assertEquals(true, call("writeBalance", 1L, BigDecimal.valueOf(2), present));
        assertEquals(true, call("writeBalance", 1L, BigDecimal.valueOf(3), present));
        assertEquals(false, call("writeBalance", 1L, BigDecimal.TEN, former));
        assertEquals(BigDecimal.valueOf(3), ask("select balance from account where id = 1"));
    }

    private FencingToken token() throws InterruptedException {
        try (LockHandle handle = locker(CONFIG).acquire(request.fenced(true))) {
            return handle.fencingToken().orElseThrow();
        }
    }
}
