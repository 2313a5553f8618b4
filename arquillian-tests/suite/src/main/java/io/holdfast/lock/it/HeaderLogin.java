// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.ext.Provider;
import java.security.Principal;

/** Stands for a login: the caller has the role that the header {@code Role} says, and nobody is logged in without it. */
@Provider
@PreMatching
public class HeaderLogin implements ContainerRequestFilter {

    @Override
    public void filter(ContainerRequestContext request) {
        String role = request.getHeaderString("Role");
        request.setSecurityContext(new SecurityContext() {

            @Override
            public Principal getUserPrincipal() {
                return role == null ? null : () -> "caller";
            }

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
        });
    }
}
