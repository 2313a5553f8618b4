// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.util.concurrent.Callable;

/** {@code @Transactional} of every type; the annotation of the class applies to inherited methods, too. */
@ApplicationScoped
@Locked(value = Keys.SHARED, waitAtMost = Locked.IMMEDIATE)
public class AttributesBean extends CallingBean {

    @Transactional(TxType.MANDATORY)
    public <T> T mandatory(Callable<T> work) throws Exception {
        return work.call();
    }

    @Transactional(TxType.SUPPORTS)
    public <T> T supports(Callable<T> work) throws Exception {
        return work.call();
    }

    @Transactional(TxType.NEVER)
    public <T> T never(Callable<T> work) throws Exception {
        return work.call();
    }
}
