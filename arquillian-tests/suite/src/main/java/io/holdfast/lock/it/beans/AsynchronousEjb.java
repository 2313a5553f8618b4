// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.ejb.AsyncResult;
import jakarta.ejb.Asynchronous;
import jakarta.ejb.Stateless;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;

/** Runs on a thread of the container, and in a transaction of its own. */
@Stateless
public class AsynchronousEjb {

    @Asynchronous
    @Locked(value = Keys.SHARED, waitAtMost = 30)
    public Future<Object> call(Callable<?> work) throws Exception {
        return new AsyncResult<>(work.call());
    }
}
