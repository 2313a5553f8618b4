// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.ejb.Stateless;

/** The same as an EJB. */
@Stateless
public class LockedOnlyEjb {

    @Locked("locked-only")
    public boolean work() {
        return true;
    }
}
