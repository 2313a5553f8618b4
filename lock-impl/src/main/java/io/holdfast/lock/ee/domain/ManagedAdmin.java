// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockInfo;
import java.util.List;
import java.util.Optional;

/** The administration that applications inject. It is that of the locker which the domain has at the moment. */
class ManagedAdmin implements LockAdmin {

    private final CoreLocker core;

    /** For the client proxies of OpenWebBeans, which extend the class and use none of its fields. */
    @SuppressWarnings("NullAway")
    ManagedAdmin() {
        this(null);
    }

    ManagedAdmin(CoreLocker core) {
        this.core = core;
    }

    @Override
    public List<LockInfo> locks() throws InterruptedException {
        return core.admin().locks();
    }

    @Override
    public Optional<LockInfo> lock(String key) throws InterruptedException {
        return core.admin().lock(key);
    }

    @Override
    public boolean terminate(LockInfo lock, LockInfo.Session session) throws InterruptedException {
        return core.admin().terminate(lock, session);
    }
}
