// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.it.beans.Seat;
import io.holdfast.lock.it.beans.SeatsBean;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a transaction reads under a lock that was acquired after the transaction had begun. */
@ArquillianTest
public class IsolationIT extends ServerTest {

    private static final String PERSISTENCE = """
            <persistence xmlns="https://jakarta.ee/xml/ns/persistence" version="3.0">
              <persistence-unit name="seats">
                <jta-data-source>jdbc/work</jta-data-source>
                <class>io.holdfast.lock.it.beans.Seat</class>
              </persistence-unit>
            </persistence>
            """;

    @Inject
    private SeatsBean seats;

    @Deployment
    static WebArchive deployment() {
        return Archives.testWar(IsolationIT.class, Map.of(), Seat.class, SeatsBean.class)
                .addAsResource(Archives.text(PERSISTENCE), "META-INF/persistence.xml");
    }

    @BeforeEach
    void createTable() throws SQLException {
        execute(
                "drop table if exists seats",
                "create table seats (id int primary key, sold int)",
                "insert into seats values (1, 0), (2, 0)");
    }

    @Override
    String[] keys() {
        return new String[] {"seats"};
    }

    private static void execute(String... statements) throws SQLException {
        try (Connection connection = Rows.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private Object inTransaction(Callable<Object> work) throws Exception {
        transaction.begin();
        Object result = work.call();
        transaction.commit();
        return result;
    }

    /** Looks for a sale and makes one if there is none, on this thread and on another; returns how many there are. */
    private int sell(Callable<Object> before) throws Exception {
        Rows sales = new Rows("sales");
        Callable<Object> lookAndBook = () -> {
            if (sales.count() == 0) {
                sales.insert();
            }
            return null;
        };
        CountDownLatch hasBegun = new CountDownLatch(1);
        AtomicReference<Future<Object>> other = new AtomicReference<>();
        inTransaction(() -> {
            seats.locked(() -> {
                other.set(executor.submit(() -> inTransaction(() -> {
                    before.call();
                    hasBegun.countDown();
                    return seats.locked(lookAndBook);
                })));
                assertTrue(hasBegun.await(20, TimeUnit.SECONDS));
                return lookAndBook.call();
            });
            return assertThrows(
                    TimeoutException.class,
                    () -> other.get().get(500, TimeUnit.MILLISECONDS),
                    "the lock is not free before the commit");
        });
        other.get().get(20, TimeUnit.SECONDS);
        return sales.count();
    }

    @Test
    @DisplayName("C22: under READ COMMITTED, only one of two transactions that check and book under one lock books,"
            + " even if the second had already read")
    void shouldSellOnceUnderReadCommitted() throws Exception {
        assertEquals(1, sell(Rows::backendPid));
    }

    @Test
    @DisplayName("C22: under REPEATABLE READ, only one of two transactions that check and book under one lock books, if"
            + " the lock is acquired before the first read")
    void shouldSellOnceUnderRepeatableRead() throws Exception {
        assertEquals(1, sell(() -> {
            execute("set transaction isolation level repeatable read");
            return null;
        }));
    }

    /** Each test has a seat of its own, since a cache may keep it from one to the next. */
    private void sellElsewhere() throws Exception {
        executor.submit(() -> {
                    execute("update seats set sold = 1");
                    return null;
                })
                .get(20, TimeUnit.SECONDS);
    }

    @Test
    @DisplayName(
            "C22: an entity that was read before the lock was acquired is stale under the lock until it is refreshed")
    void shouldSeeCommittedStateAfterRefresh() throws Exception {
        transaction.begin();
        assertTrue(seats.find(1).isFree());
        sellElsewhere();

        assertTrue(seats.isFreeWithoutRefresh(1), "the persistence context does not look again");
        assertFalse(seats.sellRefreshed(1));
        transaction.commit();
    }

    @Test
    @DisplayName("C22: an entity that is read in a transaction begun under the lock, and not from the shared cache, is"
            + " not stale")
    void shouldSeeCommittedStateInOwnTransaction() throws Exception {
        assertTrue(seats.find(2).isFree(), "in the cache from now on, if there is one");
        sellElsewhere();

        assertFalse(seats.sellInOwnTransaction(2));
    }
}
