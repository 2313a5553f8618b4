// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.ee.settings.DomainNames;
import io.holdfast.lock.integration.LockAcquisition;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MessagesTest {

    private static final Logger LOG = Logger.getLogger("io.holdfast.lock");

    @Test
    @DisplayName("no sentence about a cause contains anything of a JDBC URL that may be a password")
    void shouldLeaveOutCredentials() {
        Map.of(
                        "No suitable driver found for jdbc:postgresql://db/locks?user=me&password=secret word",
                        "No suitable driver found for jdbc:postgresql://db/locks...",
                        "No suitable driver found for jdbc:sqlserver://db;password=secret",
                        "No suitable driver found for jdbc:sqlserver://db...",
                        "Unable to parse URL jdbc:postgresql://me:secret@db/locks",
                        "Unable to parse URL jdbc:postgresql:...",
                        "Is jdbc:postgresql://db/locks right? Ask a@b",
                        "Is jdbc:postgresql://db/locks right? Ask a@b")
                .forEach((text, shown) -> {
                    String refusal = Messages.refusedByBreaker(
                                    DomainNames.DEFAULT,
                                    1,
                                    Duration.ZERO,
                                    Duration.ZERO,
                                    new LockUnavailableException("HOLDFAST-0004: down", new SQLException(text)))
                            .getMessage();
                    assertTrue(refusal.endsWith("Last cause: '" + shown + "'"), refusal);
                });
    }

    @Test
    @DisplayName(
            "a database that is not reached at start is one line of the log, with the cause; its stack trace is for debugging")
    void shouldLogOneLineAtStart() {
        List<LogRecord> warnings = new ArrayList<>();
        Handler handler = new Handler() {

            @Override
            public void publish(LogRecord logRecord) {
                if (logRecord.getLevel().intValue() >= Level.INFO.intValue()) {
                    warnings.add(logRecord);
                }
            }

            @Override
            public void flush() {
                // Nothing is kept back.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
        LOG.addHandler(handler);
        try {
            Messages.startedWithoutDatabase(
                    "billing",
                    "jdbc/x",
                    new LockUnavailableException("HOLDFAST-0004: it is down. Cause: 'Connection refused'", null));
        } finally {
            LOG.removeHandler(handler);
        }

        assertEquals(1, warnings.size());
        assertEquals(null, warnings.get(0).getThrown());
        assertEquals(
                "HOLDFAST-0102: the database of jdbc/x cannot be asked while the application starts. The locks of domain 'billing'"
                        + " are refused until it can. HOLDFAST-0004: it is down. Cause: 'Connection refused'",
                warnings.get(0).getMessage());
    }

    @Test
    @DisplayName("the method that configuration of the retries names exists")
    void shouldNameTheRetriedMethod() throws NoSuchMethodException {
        String method = LockAcquisition.class
                .getMethod("acquire", Retrying.Attempt.class)
                .getName();

        assertEquals(LockAcquisition.class.getName() + "/" + method, Messages.RETRIED);
    }
}
