// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.LockKey;
import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Callable;

/** Keys made of arguments, in a CDI bean. */
@ApplicationScoped
public class KeyBean {

    /** A bean as expressions know them. */
    public static class Order {
        private final Object id;

        public Order(Object id) {
            this.id = id;
        }

        public Object getId() {
            return id;
        }
    }

    @Locked(value = "order/#{order.id}", waitAtMost = Locked.IMMEDIATE)
    public <T> T ship(Order order, Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(
            value = {"account/#{from}", "account/#{to}"},
            waitAtMost = Locked.IMMEDIATE)
    public <T> T transfer(String from, String to, Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = "order", waitAtMost = Locked.IMMEDIATE)
    public <T> T shipById(@LockKey Integer id, Callable<T> work) throws Exception {
        return work.call();
    }
}
