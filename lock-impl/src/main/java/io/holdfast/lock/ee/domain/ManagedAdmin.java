// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockInfo;
import java.util.List;
import java.util.Optional;

/**
 * The administration that applications inject: that of the core's locker, whichever the domain has at the moment.
 */
class ManagedAdmin implements LockAdmin {

    private final Domain domain;

    /** For the client proxies of OpenWebBeans, which extend the class and use none of its fields. */
    ManagedAdmin() {
        this.domain = null;
    }

    ManagedAdmin(Domain domain) {
        this.domain = domain;
    }

    @Override
    public List<LockInfo> locks() throws InterruptedException {
        return domain.core().admin().locks();
    }

    @Override
    public Optional<LockInfo> lock(String key) throws InterruptedException {
        return domain.core().admin().lock(key);
    }

    @Override
    public boolean terminate(LockInfo lock, LockInfo.Session session) throws InterruptedException {
        return domain.core().admin().terminate(lock, session);
    }
}
