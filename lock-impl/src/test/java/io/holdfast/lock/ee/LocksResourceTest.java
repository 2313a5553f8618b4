// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.LockInfo;
import io.holdfast.lock.LockMode;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LocksResourceTest {

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
    private static final Optional<String> ROLE = Optional.of("operator");

    @Test
    @DisplayName("the operations endpoint is off, for operators too, unless a role is set")
    void shouldBeOffByDefault() {
        assertEquals(
                Optional.of(Status.NOT_FOUND), LocksResource.refusal(Optional.empty(), new Caller(ANN, "operator")));
    }

    @Test
    @DisplayName("the operations endpoint tells the locks to the role only")
    void shouldAskForTheRole() {
        assertEquals(Optional.of(Status.FORBIDDEN), LocksResource.refusal(ROLE, new Caller(null, null)));
        assertEquals(Optional.of(Status.FORBIDDEN), LocksResource.refusal(ROLE, new Caller(ANN, "visitor")));
        assertEquals(Optional.empty(), LocksResource.refusal(ROLE, new Caller(ANN, "operator")));
    }

    @Test
    @DisplayName("the operations endpoint hides keys that are not published")
    void shouldTellWhatIsPublished() {
        List<LockInfo> locks = List.of(new LockInfo(
                Long.MIN_VALUE,
                "a\"\\\n",
                List.of(new LockInfo.Session(7, null, LockMode.SHARED, "app", "", null, Instant.EPOCH)),
                List.of()));
        String rest = ",\"holders\":[{\"pid\":7,\"mode\":\"SHARED\",\"user\":\"app\",\"applicationName\":\"\","
                + "\"address\":null,\"since\":\"1970-01-01T00:00:00Z\"}],\"waiters\":[]}]}";
        String start = "{\"locks\":[{\"lockId\":\"-9223372036854775808\",\"key\":";

        assertEquals(start + "\"a\\u0022\\u005c\\u000a\"" + rest, LocksJson.of(locks, true));
        assertEquals(start + "null" + rest, LocksJson.of(locks, false));
    }
}
