// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.security.enterprise.authentication.mechanism.http.BasicAuthenticationMechanismDefinition;
import jakarta.security.enterprise.credential.UsernamePasswordCredential;
import jakarta.security.enterprise.identitystore.CredentialValidationResult;
import jakarta.security.enterprise.identitystore.IdentityStore;
import java.util.Set;

/** A login by Jakarta Security: of two users, one has the role of the operations endpoint. Their passwords are their names. */
@BasicAuthenticationMechanismDefinition(realmName = "operations")
@ApplicationScoped
public class Operators implements IdentityStore {

    public static final String ROLE = "holdfast-operator";
    public static final String OPERATOR = "operator";
    public static final String VISITOR = "visitor";

    public CredentialValidationResult validate(UsernamePasswordCredential login) {
        String user = login.getCaller();
        boolean known = Set.of(OPERATOR, VISITOR).contains(user) && login.compareTo(user, user);
        Set<String> roles = user.equals(OPERATOR) ? Set.of(ROLE) : Set.of("anybody");
        return known ? new CredentialValidationResult(user, roles) : CredentialValidationResult.INVALID_RESULT;
    }
}
