// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.enterprise.context.Dependent;

/** Fails its deployment: what is final cannot be intercepted. */
@Dependent
public final class WrongFinalBean {

    @Locked("order")
    public void method() {}
}
