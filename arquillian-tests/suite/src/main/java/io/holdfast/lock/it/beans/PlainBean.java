// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Callable;

/** Has no annotation of its own; {@link AddedLock} adds one. */
@ApplicationScoped
public class PlainBean {

    public <T> T call(Callable<T> work) throws Exception {
        return work.call();
    }
}
