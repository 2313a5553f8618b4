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

    /** Its component is a property, whatever the version of Expression Language. */
    public record Item(String sku) {}

    @Locked(value = "item/#{item.sku}", waitAtMost = Locked.IMMEDIATE)
    public <T> T store(Item item, Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = "#{first += '-' += second}", waitAtMost = Locked.IMMEDIATE)
    public <T> T join(Object first, Object second, Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked(value = "any", waitAtMost = Locked.IMMEDIATE)
    public <T> T any(@LockKey Object value, Callable<T> work) throws Exception {
        return work.call();
    }
}
