// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.ejb.Stateful;
import java.io.Serializable;
import java.util.concurrent.Callable;

/** Passivating. */
@Stateful
public class StatefulEjb implements Serializable {

    private static final long serialVersionUID = 1L;

    @Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
    public <T> T call(Callable<T> work) throws Exception {
        return work.call();
    }
}
