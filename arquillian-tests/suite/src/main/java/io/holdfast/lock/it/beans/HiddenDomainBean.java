// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.LockDomain;
import io.holdfast.lock.Locker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Names a domain whose settings are in a source that lists no names. */
@ApplicationScoped
public class HiddenDomainBean {

    @Inject
    @LockDomain("hidden")
    private Locker locker;

    public Locker locker() {
        return locker;
    }
}
