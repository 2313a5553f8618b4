// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.postgres.config.Listeners;
import io.holdfast.lock.postgres.sql.LockId;
import io.holdfast.lock.spi.LockAttempt;
import io.holdfast.lock.spi.LockListener;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MessagesTest {

    private static final LockAttempt ATTEMPT =
            new LockAttempt(LockRequest.of("key"), LockRequest.IMMEDIATE, 0, LockId.of(0, "key"));

    private static final Logger LOG = Logger.getLogger("io.holdfast.lock");

    @Test
    @DisplayName("no sentence about a cause contains anything of a JDBC URL that may be a password")
    void shouldLeaveOutCredentials() {
        Map.of(
                        "No suitable driver found for jdbc:postgresql://db/locks?user=me&password=secret",
                        "No suitable driver found for jdbc:postgresql://db/locks...",
                        "Unable to parse URL jdbc:postgresql://me:secret@db/locks",
                        "Unable to parse URL jdbc:postgresql:...")
                .forEach((text, shown) -> {
                    String message = CommonMessages.unavailable("a lock", new SQLException(text, "08001"))
                            .getMessage();
                    assertTrue(message.endsWith(". Cause: '" + shown + "' (SQLState 08001)"), message);
                });
    }

    @Test
    @DisplayName("a listener that fails is named by its class, or by what stands behind a proxy")
    void shouldNameListener() {
        LockListener plain = new LockListener() {
            @Override
            public void waitBegan(LockAttempt attempt) {
                throw new IllegalStateException("as the test wants");
            }
        };
        LockListener proxy = (LockListener) Proxy.newProxyInstance(
                LockListener.class.getClassLoader(), new Class<?>[] {LockListener.class}, new InvocationHandler() {
                    @Override
                    public Object invoke(Object proxy, Method method, Object[] arguments) {
                        throw new AssertionError("called");
                    }

                    @Override
                    public String toString() {
                        return "shop.Audit";
                    }
                });

        assertEquals(
                List.of(plain.getClass().getName(), "'shop.Audit'"),
                logged(plain, proxy).stream()
                        .map(message -> message.substring(message.lastIndexOf(' ') + 1))
                        .toList());
    }

    private static List<String> logged(LockListener... failing) {
        List<String> messages = new ArrayList<>();
        LOG.setFilter(entry -> {
            messages.add(entry.getMessage());
            return false;
        });
        try {
            for (LockListener each : failing) {
                new Listeners(List.of(each)).waitBegan(ATTEMPT);
            }
        } finally {
            LOG.setFilter(null);
        }
        return messages;
    }
}
