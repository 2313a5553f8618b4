// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that take locks of a few keys until the application stops; answers how many they have been granted so far. */
@WebServlet("/load")
public class LoadServlet extends AnsweringServlet {

    private static final long serialVersionUID = 1L;

    private static final int KEYS = 3;

    @Inject
    private transient Locker locker;

    @Resource
    private transient ManagedThreadFactory threads;

    private final transient AtomicInteger granted = new AtomicInteger();

    @Override
    Object answer(HttpServletRequest request) {
        for (int i = Integer.parseInt(request.getParameter("threads")); i > 0; i--) {
            threads.newThread(this::takeLocks).start();
        }
        return granted;
    }

    private void takeLocks() {
        try {
            while (true) {
                String key = "load/" + ThreadLocalRandom.current().nextInt(KEYS);
                locker.withLock(LockRequest.of(key), LockRequest.UNLIMITED, granted::incrementAndGet);
            }
        } catch (InterruptedException | RuntimeException e) {
            log("no more load: " + e);
        }
    }
}
