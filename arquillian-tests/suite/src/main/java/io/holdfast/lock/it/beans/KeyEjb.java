// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.ejb.Stateless;
import java.util.concurrent.Callable;

/** Keys made of arguments, in an EJB, by the annotation of the class. */
@Stateless
@Locked(value = "order/#{arg0}", waitAtMost = Locked.IMMEDIATE)
public class KeyEjb {

    public <T> T ship(int id, Callable<T> work) throws Exception {
        return work.call();
    }
}
