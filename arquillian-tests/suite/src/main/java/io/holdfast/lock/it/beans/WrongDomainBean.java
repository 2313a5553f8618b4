// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;

/** Fails its deployment, where the domain is set under another name. */
@ApplicationScoped
public class WrongDomainBean {

    @Locked(value = "invoice", domain = "biling")
    public void misspelt() {}
}
