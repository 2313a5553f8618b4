// SPDX-License-Identifier: Apache-2.0
package com.example;

import io.holdfast.lock.LockKey;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locked;
import io.holdfast.lock.Locker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

@ApplicationScoped
public class Stock {

    private final Locker locker;

    @Inject
    public Stock(Locker locker) {
        this.locker = locker;
    }

    /** For the container's proxies. */
    protected Stock() {
        this(null);
    }

    /** Whether nobody else can lock the item while this method runs. */
    @Locked("stock")
    public boolean reserve(@LockKey String item) throws InterruptedException {
        return !isFree(item);
    }

    public boolean isFree(String item) throws InterruptedException {
        return locker.tryWithLock(LockRequest.of("stock/" + item), () -> null);
    }
}
