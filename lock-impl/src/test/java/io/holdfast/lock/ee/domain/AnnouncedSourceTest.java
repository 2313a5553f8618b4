// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnnouncedSourceTest {

    private final List<String> announced = new ArrayList<>();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "jdbc:postgresql://one,two:5433/locks?user=app&password=secret | jdbc:postgresql://one,two:5433/locks",
                "jdbc:postgresql://one/locks                                   | jdbc:postgresql://one/locks",
                "jdbc:postgresql://app:secret@one/locks                        | H2",
                "jdbc:h2:mem:locks;USER=sa;PASSWORD=secret                     | H2",
                "jdbc:oracle:thin:app/secret@one                               | H2",
                "                                                              | H2"
            })
    @DisplayName("it is reported where the first connection leads, without credentials")
    void shouldAnnounceWithoutCredentials(String url, String expected) throws SQLException {
        AnnouncedSource source = new AnnouncedSource(() -> connection(url), announced::add);

        source.open();
        source.open();

        assertEquals(List.of(expected), announced);
    }

    @Test
    @DisplayName("nothing is reported before a connection is open")
    void shouldNotAnnounceWhatWasNotReached() {
        AnnouncedSource source = new AnnouncedSource(
                () -> {
                    throw new SQLException("Connection refused", "08001");
                },
                announced::add);

        assertThrows(SQLException.class, source::open);

        assertEquals(List.of(), announced);
    }

    private static Connection connection(String url) {
        DatabaseMetaData metaData = proxy(
                DatabaseMetaData.class, (self, method, args) -> method.getName().equals("getURL") ? url : "H2");
        return proxy(Connection.class, (self, method, args) -> metaData);
    }

    private static <T> T proxy(Class<T> type, InvocationHandler calls) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, calls));
    }
}
