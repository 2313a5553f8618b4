// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.lock.it.beans.Operators;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The operations endpoint behind a login of Jakarta Security. */
@ArquillianTest
@RunAsClient
@Tag("jakarta-security")
public class OperationsLoginIT {

    private final HttpClient http = HttpClient.newHttpClient();

    @Deployment(name = "operations-login", testable = false)
    static WebArchive login() {
        return Archives.war(
                        "operations-login",
                        Map.of("holdfast.operations-role", Operators.ROLE),
                        ScanningApi.class,
                        Operators.class)
                // Payara and Open Liberty know only roles that are declared.
                .setWebXML(Archives.text("<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.0'>"
                        + "<security-role><role-name>" + Operators.ROLE + "</role-name></security-role></web-app>"));
    }

    @Test
    @DisplayName("the operations endpoint goes by the roles of a real login")
    void shouldGoByLogin() throws Exception {
        assertEquals(403, askAs(null).statusCode());
        assertEquals(403, askAs(Operators.VISITOR).statusCode());
        assertEquals(200, askAs(Operators.OPERATOR).statusCode());
    }

    private HttpResponse<String> askAs(String user) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(Environment.url() + "/operations-login/api/holdfast/locks"));
        if (user != null) {
            String login = Base64.getEncoder().encodeToString((user + ":" + user).getBytes(StandardCharsets.UTF_8));
            request.header("Authorization", "Basic " + login);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
