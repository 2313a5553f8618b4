// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.it.beans.Operators;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
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

    @Deployment(name = "operations-login", testable = false)
    static WebArchive login() {
        return Archives.war(
                        "operations-login",
                        Map.of("holdfast.operations-role", Operators.ROLE, "holdfast.terminate-role", Operators.ROLE),
                        ScanningApi.class,
                        ProtectedApi.class,
                        Operators.class)
                // Payara and Open Liberty know only roles that are declared.
                .setWebXML(Archives.text("<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.0'>"
                        + "<security-constraint><web-resource-collection><web-resource-name>protected</web-resource-name>"
                        + "<url-pattern>/protected/*</url-pattern></web-resource-collection>"
                        + "<auth-constraint><role-name>**</role-name></auth-constraint></security-constraint>"
                        + "<security-role><role-name>" + Operators.ROLE + "</role-name></security-role></web-app>"));
    }

    @Test
    @DisplayName("the operations endpoint checks the roles of a real login")
    void shouldGoByLogin() {
        assertEquals(403, askAs(null).statusCode());
        assertEquals(403, askAs(Operators.VISITOR).statusCode());
        assertEquals(200, askAs(Operators.OPERATOR).statusCode());
        assertEquals(403, end(null).statusCode());
        assertEquals(403, end(Operators.VISITOR).statusCode());
        assertEquals(404, end(Operators.OPERATOR).statusCode(), "there is no such session");
    }

    @Test
    @DisplayName("behind a security constraint, the container itself requests the login for the operations endpoint")
    void shouldBeChallengedByTheContainer() {
        HttpResponse<String> anonymous = send("protected", "", "GET", null);
        assertEquals(401, anonymous.statusCode());
        assertTrue(anonymous.headers().firstValue("WWW-Authenticate").isPresent());
        assertEquals(403, send("protected", "", "GET", Operators.VISITOR).statusCode());
        assertEquals(200, send("protected", "", "GET", Operators.OPERATOR).statusCode());
    }

    private static HttpResponse<String> askAs(String user) {
        return send("api", "", "GET", user);
    }

    private static HttpResponse<String> end(String user) {
        return send("api", "/1/sessions/1", "DELETE", user);
    }

    private static HttpResponse<String> send(String api, String path, String method, String user) {
        HttpRequest.Builder request = Http.request("operations-login/" + api + "/holdfast/locks" + path)
                .method(method, BodyPublishers.noBody())
                .header("Holdfast-Confirm", "terminate");
        if (user != null) {
            String login = Base64.getEncoder().encodeToString((user + ":" + user).getBytes(StandardCharsets.UTF_8));
            request.header("Authorization", "Basic " + login);
        }
        return Http.send(request);
    }
}
