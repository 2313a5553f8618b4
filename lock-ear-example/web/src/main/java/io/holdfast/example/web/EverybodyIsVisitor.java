// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.web;

import io.holdfast.example.Node;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;

/**
 * Stands for a login, so that the demonstration needs none: everybody has the role that may look at the locks, and where
 * {@code mvn -Pdemo} runs also the one that may end their sessions. In your application leave this out, and give the
 * roles of {@code holdfast.operations-role} and {@code holdfast.terminate-role} to your operators.
 */
public class EverybodyIsVisitor implements ContainerRequestFilter {

    private static final String VISITOR = "visitor";
    private static final String OPERATOR = "operator";

    @Override
    public void filter(ContainerRequestContext request) {
        request.setSecurityContext(new SecurityContext() {

            @Override
            public Principal getUserPrincipal() {
                return () -> VISITOR;
            }

            @Override
            public boolean isUserInRole(String role) {
                return role.equals(VISITOR) || Node.IS_DEMO && role.equals(OPERATOR);
            }

            @Override
            public boolean isSecure() {
                return false;
            }

            @Override
            public String getAuthenticationScheme() {
                return null;
            }
        });
    }
}
