// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.postgresql.PGConnection;

/** Knows the sessions that its lockers have opened. */
abstract class OpenedSessionsTest extends LockerTest {

    /** The sessions that were opened, by process id. */
    final Map<Integer, Connection> opened = new ConcurrentHashMap<>();

    final Connection open() throws SQLException {
        Connection connection = Databases.SHARED.connect();
        opened.put(connection.unwrap(PGConnection.class).getBackendPID(), connection);
        return connection;
    }

    final void assertNoSessionIsLeft() throws InterruptedException {
        Server.eventually("no session is left", () -> opened.keySet().stream().noneMatch(server::sessionExists));
    }
}
