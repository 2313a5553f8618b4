// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockState;
import io.holdfast.lock.postgres.config.ConnectionSource;
import io.holdfast.lock.postgres.config.SessionMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A schema that comes before pg_catalog in the search path has functions, relations, types and operators of the names that the
 * locker uses. Each of them fails, so that a statement that chooses one fails, too.
 */
@Timeout(60)
class PlantedNamesIT extends LockerTest {

    /** Overloads of every function of pg_catalog with one of these names, the same and with varchar instead of text. */
    private static final String FUNCTIONS = """
            do $do$
            declare f record; args text;
            begin
              for f in select p.proname, oidvectortypes(p.proargtypes) as args, format_type(p.prorettype, null) as result
                  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                  where n.nspname = 'pg_catalog' and not p.proretset and (p.proname like 'pg\\_%advisory%lock%' or p.proname in (
                    'pg_terminate_backend', 'pg_backend_pid', 'pg_is_in_recovery', 'pg_postmaster_start_time', 'current_database',
                    'to_char', 'host', 'to_jsonb', 'set_config', 'current_setting', 'version', 'left', 'to_hex', 'clock_timestamp',
                    'pg_logical_emit_message', 'substr', 'pg_walfile_name', 'pg_current_wal_insert_lsn'))
              loop
                foreach args in array array[f.args, replace(f.args, 'text', 'varchar')] loop
                  execute format('create or replace function planted.%I(%s) returns %s language plpgsql as'
                    ' $f$ begin raise exception ''planted: %s''; end $f$', f.proname, args, f.result, f.proname);
                end loop;
              end loop;
            end $do$;
            create function planted.pg_stat_get_activity(int) returns setof pg_catalog.pg_stat_activity language plpgsql as
              $f$ begin raise exception 'planted: pg_stat_get_activity'; end $f$;
            """;

    private static final String RELATIONS_AND_TYPES = """
            create view planted.pg_locks as select * from pg_catalog.pg_locks where false;
            create view planted.pg_stat_activity as select * from pg_catalog.pg_stat_activity where false;
            create view planted.pg_database as select * from pg_catalog.pg_database where false;
            create domain planted.text as pg_catalog.text check (false);
            create domain planted.float8 as pg_catalog.float8 check (false);
            create domain planted.timestamptz as pg_catalog.timestamptz check (false);
            create domain planted.pg_lsn as pg_catalog.pg_lsn check (false);
            """;

    private static final String OPERATORS = """
            do $do$
            declare each record;
            begin
              for each in select o.oid as id, oprname, format_type(oprleft, null) as l, format_type(oprright, null) as r,
                    format_type(oprresult, null) as result
                  from pg_operator o join pg_namespace n on n.oid = oprnamespace
                  where n.nspname = 'pg_catalog' and oprkind = 'b' and oprname in ('=', '<>', '<=', '<<', '|', '||', '->>', '-', '*', '~~')
                    and oprleft in ('int4'::regtype, 'int8'::regtype, 'text'::regtype, 'name'::regtype, 'oid'::regtype,
                      'float8'::regtype, 'bool'::regtype, 'timestamptz'::regtype, 'pg_lsn'::regtype, 'jsonb'::regtype, 'numeric'::regtype)
                    and not oprright in ('anynonarray'::regtype, 'anycompatiblearray'::regtype)
              loop
                execute format('create function planted.operator_%s(%s, %s) returns %s language plpgsql as'
                  ' $f$ begin raise exception ''planted operator''; end $f$', each.id, each.l, each.r, each.result);
                execute format('create operator planted.%s (function = planted.operator_%s, leftarg = %s, rightarg = %s)',
                  each.oprname, each.id, each.l, each.r);
              end loop;
            end $do$;
            """;

    @BeforeEach
    void plant() throws SQLException {
        run("drop schema if exists planted cascade", "create schema planted", FUNCTIONS, RELATIONS_AND_TYPES);
    }

    @AfterEach
    void remove() throws SQLException {
        run("drop schema planted cascade");
    }

    private static void run(String... statements) throws SQLException {
        try (Connection connection = Databases.SHARED.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static HikariDataSource misled() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(Databases.SHARED.dataSource());
        config.setMaximumPoolSize(4);
        config.setConnectionInitSql("set search_path = planted, pg_catalog");
        return new HikariDataSource(config);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "nothing that others have planted in the search path is chosen while locks are acquired, held and released")
    void shouldUseNothingPlanted(SessionMode mode) throws Exception {
        try (HikariDataSource misled = misled()) {
            shouldUseNothingPlanted(mode, misled);
        }
    }

    private void shouldUseNothingPlanted(SessionMode mode, HikariDataSource misled) throws Exception {
        try (Connection connection = misled.getConnection();
                Statement statement = connection.createStatement()) {
            assertThrows(SQLException.class, () -> statement.execute("select pg_backend_pid()"), "the trap works");
        }
        PostgresLocker locker = locker(CONFIG.sessions(mode), ConnectionSource.of(misled));
        locker.ping();
        LockHandle blocking = elsewhere().acquire(request);
        assertTrue(locker.tryAcquire(request).isEmpty());
        Future<LockHandle> waiter = threads.submit(() -> locker.acquire(request.fenced(true)));
        Server.eventually("it waits", () -> server.locks(lockId).size() > 1);
        blocking.release();
        LockHandle handle = waiter.get(10, TimeUnit.SECONDS);

        handle.refresh(LONG);
        assertFalse(locker.admin().locks().isEmpty());
        assertEquals(1, locker.admin().lock(key).orElseThrow().holders().size());
        // Several checks, and a sign of life or two.
        Server.letPass(CHECK_INTERVAL.multipliedBy(5));
        assertEquals(LockState.HELD, handle.state());
        int session = server.holder(lockId);
        handle.release();
        assertTrue(server.isFree(lockId));
        assertTrue(server.sessionExists(session), "a session whose statement failed would have been ended");

        LockHandle enforced = locker.acquire(request.enforcedTtl(Duration.ofSeconds(5)));
        enforced.refresh(Duration.ofSeconds(6));
        enforced.release();
        locker.acquire(request.mode(LockMode.SHARED)).release();
        locker.close();
    }

    @Test
    @DisplayName("no operator that others have planted in the search path is chosen either")
    void shouldUseNoPlantedOperator() throws Exception {
        run(OPERATORS);
        shouldUseNothingPlanted(SessionMode.values()[0]);
    }
}
