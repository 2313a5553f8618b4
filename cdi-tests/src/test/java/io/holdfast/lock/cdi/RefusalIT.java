// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.Locked;
import jakarta.annotation.Priority;
import jakarta.decorator.Decorator;
import jakarta.decorator.Delegate;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** How the refusal of an application reads. */
class RefusalIT extends CdiTest {

    /** Has two mistakes. */
    @ApplicationScoped
    static class WrongBean {

        @Locked("")
        void empty() {
            throw new AssertionError("ran without its lock");
        }

        @Locked("order/#{missing}")
        void misspelt(long id) {
            throw new AssertionError("ran without its lock: " + id);
        }
    }

    @Test
    void shouldListAllMistakesInOneExceptionWithoutStackTrace() {
        refusalOf(WrongBean.class);

        List<Throwable> refusals = failures().stream()
                .filter(failure -> String.valueOf(failure.getMessage()).startsWith("HOLDFAST-0110"))
                .toList();
        assertEquals(1, refusals.size(), refusals::toString);
        List<String> lines = refusals.get(0).getMessage().lines().toList();
        assertEquals(2, lines.size(), lines::toString);
        assertTrue(lines.get(0).contains("WrongBean.empty"), lines.get(0));
        assertTrue(lines.get(1).contains("WrongBean.misspelt"), lines.get(1));
        assertEquals(0, refusals.get(0).getStackTrace().length);
    }

    /** Decorated below. */
    interface Service {
        void serve();
    }

    /** The decorated bean. */
    @ApplicationScoped
    static class RealService implements Service {

        @Override
        public void serve() {
            throw new AssertionError("ran without its lock");
        }
    }

    /** Interceptors do not apply to decorators. */
    @Decorator
    @Priority(Interceptor.Priority.APPLICATION)
    static class LockedDecorator implements Service {

        @Inject
        @Delegate
        Service delegate;

        @Override
        @Locked("key")
        public void serve() {
            delegate.serve();
        }
    }

    @Test
    void shouldRefuseDecorators() {
        String refusal = refusalOf(RealService.class, LockedDecorator.class);

        assertTrue(refusal.contains("HOLDFAST-0110"), refusal);
        assertTrue(refusal.contains("LockedDecorator.serve"), refusal);
    }

    /** Two locks would be on one session. */
    @ApplicationScoped
    static class OneConnectionForAll {

        @Produces
        @ApplicationScoped
        DataSource dataSource() {
            PGSimpleDataSource dataSource = new PGSimpleDataSource() {

                private static final long serialVersionUID = 1L;

                private transient Connection only;

                @Override
                public synchronized Connection getConnection() throws SQLException {
                    only = only == null ? super.getConnection() : only;
                    return only;
                }
            };
            dataSource.setUrl(DATABASE.url());
            dataSource.setUser(DATABASE.user());
            dataSource.setPassword(DATABASE.password());
            return dataSource;
        }
    }

    @Test
    void shouldRefuseDataSourceWithoutStackTrace() {
        refusalOf(OneConnectionForAll.class);

        assertIsOnlyASentence("HOLDFAST-0103: the data source cannot hold locks: HOLDFAST-00");
    }

    @Test
    void shouldRefuseNameThatIsNotBoundWithoutStackTrace() {
        System.setProperty("holdfast.datasource", "jdbc/misspelt");
        try {
            refusalOf(Locks.class);
        } finally {
            System.clearProperty("holdfast.datasource");
        }

        assertIsOnlyASentence("HOLDFAST-0104: no data source is bound to jdbc/misspelt");
    }

    private void assertIsOnlyASentence(String begin) {
        List<Throwable> refusals = failures().stream()
                .filter(failure -> String.valueOf(failure.getMessage()).startsWith(begin))
                .toList();
        assertEquals(1, refusals.size(), () -> begin + " is not once in " + failures());
        assertEquals(0, refusals.get(0).getStackTrace().length);
        assertNull(refusals.get(0).getCause());
    }
}
