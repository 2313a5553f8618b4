// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.LockDomain;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;

/** Acquires a lock of a domain, keeps it, and returns its id. */
@WebServlet("/domain")
public class DomainServlet extends AnsweringServlet {

    private static final long serialVersionUID = 1L;

    @Inject
    @LockDomain("billing")
    private transient Locker billing;

    @Override
    Object answer(HttpServletRequest request) throws InterruptedException {
        LockRequest lock = LockRequest.of("domain/servlet");
        getServletContext().setAttribute("lock", billing.acquire(lock));
        return billing.lockId(lock.key());
    }
}
