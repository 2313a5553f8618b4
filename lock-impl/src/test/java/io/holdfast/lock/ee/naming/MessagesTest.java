// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.naming;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MessagesTest {

    @Test
    @DisplayName("the sentence about a data source that is there but cannot be used contains why")
    void shouldSayWhyDataSourceCannotBeUsed() {
        String wrongType = message(new NamingException("jdbc/x is not a javax.sql.DataSource but a queue"));
        String missing = message(new NameNotFoundException("jdbc/x"));

        assertTrue(wrongType.endsWith("jdbc/x is not a javax.sql.DataSource but a queue"), wrongType);
        assertTrue(missing.endsWith("not from a WAR"), missing);
    }

    @Test
    @DisplayName("the sentence about an unusable data source contains nothing of a JDBC URL that may be a password")
    void shouldLeaveOutCredentials() {
        String message = message(new NamingException(
                "No suitable driver found for jdbc:postgresql://db/locks?user=me&password=secret word"));

        assertTrue(message.endsWith("No suitable driver found for jdbc:postgresql://db/locks..."), message);
    }

    private static String message(NamingException cause) {
        return Messages.noDataSource(List.of("jdbc/x"), Messages.setNameOrDeclareReference(), cause)
                .getMessage();
    }
}
