// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.it.beans.CounterEjb;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts, on many threads at once; answers when all of it is committed. */
@WebServlet("/counter")
public class CounterServlet extends AnsweringServlet {

    private static final long serialVersionUID = 1L;

    @EJB
    private transient CounterEjb counter;

    @Resource
    private transient ManagedThreadFactory threads;

    @Override
    Object answer(HttpServletRequest request) {
        boolean releasingEarly = Boolean.parseBoolean(request.getParameter("releasing-early"));
        AtomicInteger left = new AtomicInteger(Integer.parseInt(request.getParameter("times")));
        Callable<Void> counting = () -> {
            while (left.getAndDecrement() > 0) {
                if (releasingEarly) {
                    counter.incrementReleasingEarly();
                } else {
                    counter.increment();
                }
            }
            return null;
        };
        List<FutureTask<Void>> running = new ArrayList<>();
        for (int i = Integer.parseInt(request.getParameter("threads")); i > 0; i--) {
            FutureTask<Void> task = new FutureTask<>(counting);
            running.add(task);
            threads.newThread(task).start();
        }
        Optional<Throwable> failure = running.stream()
                .map(CounterServlet::failureOf)
                .flatMap(Optional::stream)
                .findFirst();
        return failure.map(Throwable::toString).orElse("done");
    }

    private static Optional<Throwable> failureOf(FutureTask<Void> task) {
        try {
            task.get();
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(e);
        }
    }
}
