// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.LockScope;
import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;

/** Fails its deployment by two mistakes. */
@ApplicationScoped
public class WrongBean {

    @Locked("order/#{ident}")
    public void misspelt(String id) {}

    @Locked(value = "order", scope = LockScope.TRANSACTION, ttl = 5)
    public void contradictory() {}
}
