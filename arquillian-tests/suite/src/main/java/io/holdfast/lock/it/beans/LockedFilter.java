// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.Locked;
import jakarta.inject.Inject;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import java.io.IOException;

/** Runs requests under a lock. */
@WebFilter("/api/filter")
public class LockedFilter implements Filter {

    static final String KEYS = "keys";

    @Inject
    private CurrentLock lock;

    @Override
    @Locked("component/filter")
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        request.setAttribute(KEYS, lock.keys());
        chain.doFilter(request, response);
    }
}
