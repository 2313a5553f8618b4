// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LocksEndpointTest {

    private record Caller(Principal getUserPrincipal, String role) implements SecurityContext {

        @Override
        public boolean isUserInRole(String asked) {
            return asked.equals(role);
        }

        @Override
        public boolean isSecure() {
            return false;
        }

        @Override
        public String getAuthenticationScheme() {
            return null;
        }
    }

    private static final Principal ANN = () -> "ann";
    private static final String SETTING = "holdfast.operations-role";
    private static final Optional<String> ROLE = Optional.of("operator");

    private static Optional<Status> refusal(Optional<String> role, Caller caller) {
        return LocksEndpoint.refusal(SETTING, role, caller);
    }

    @Test
    @DisplayName("the operations endpoint is off, for operators too, unless a role is set")
    void shouldBeOffByDefault() {
        assertEquals(Optional.of(Status.NOT_FOUND), refusal(Optional.empty(), new Caller(ANN, "operator")));
    }

    @Test
    @DisplayName("the operations endpoint shows the locks to the role only")
    void shouldAskForTheRole() {
        assertEquals(Optional.of(Status.FORBIDDEN), refusal(ROLE, new Caller(null, null)));
        assertEquals(Optional.of(Status.FORBIDDEN), refusal(ROLE, new Caller(ANN, "visitor")));
        assertEquals(Optional.empty(), refusal(ROLE, new Caller(ANN, "operator")));
    }

    @Test
    @DisplayName("a role that a logged-in caller has not is logged once, with the setting that names it")
    void shouldLogMissedRoleOnce() {
        List<String> logged = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord logRecord) {
                logged.add(logRecord.getMessage());
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
        Logger logger = Logger.getLogger("io.holdfast.lock");
        Optional<String> misspelt = Optional.of("oprator");
        logger.addHandler(handler);
        try {
            refusal(misspelt, new Caller(null, null));
            refusal(misspelt, new Caller(ANN, "operator"));
            refusal(misspelt, new Caller(() -> "bob", "operator"));
        } finally {
            logger.removeHandler(handler);
        }

        assertEquals(
                List.of(
                        "HOLDFAST-0071: the operations endpoint refused the caller 'ann', who is logged in without the role"
                                + " 'oprator'. If everybody is refused, correct holdfast.operations-role, or declare that role and"
                                + " grant it. Further refusals are not logged"),
                logged);
    }
}
