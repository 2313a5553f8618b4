// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.web;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;

/**
 * Stands for a login, so that the demonstration needs none: everybody has the role that may look at the locks. In your
 * application leave this out, and give the role of {@code holdfast.operations-role} to your operators.
 */
public class EverybodyIsVisitor implements ContainerRequestFilter {

    private static final String VISITOR = "visitor";

    @Override
    public void filter(ContainerRequestContext request) {
        request.setSecurityContext(new SecurityContext() {

            @Override
            public Principal getUserPrincipal() {
                return () -> VISITOR;
            }

            @Override
            public boolean isUserInRole(String role) {
                return role.equals(VISITOR);
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
