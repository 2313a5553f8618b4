// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Typed;
import java.util.concurrent.Callable;

/** Overrides a locked method without its annotation. */
@ApplicationScoped
@Typed(ForgetfulBean.class)
public class ForgetfulBean extends KeyBean {

    @Override
    public <T> T transfer(String from, String to, Callable<T> work) throws Exception {
        return work.call();
    }
}
