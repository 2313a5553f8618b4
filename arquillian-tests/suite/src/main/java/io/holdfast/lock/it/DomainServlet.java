// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.LockDomain;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Takes a lock of a domain, keeps it, and tells its id. */
@WebServlet("/domain")
public class DomainServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Inject
    @LockDomain("billing")
    private transient Locker billing;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        LockRequest lock = LockRequest.of("domain/servlet");
        try {
            getServletContext().setAttribute("lock", billing.acquire(lock));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        response.getWriter().print(billing.lockId(lock.key()));
    }
}
