// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;

/** Uses the annotation and injects nothing, so that the container misses nothing where the library is incomplete. */
@ApplicationScoped
public class LockedOnlyBean {

    @Locked("locked-only")
    public boolean work() {
        return true;
    }
}
