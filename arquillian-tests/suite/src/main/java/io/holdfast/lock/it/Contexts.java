// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.it.beans.BeanManagedEjb;
import io.holdfast.lock.it.beans.CallingBean;
import io.holdfast.lock.it.beans.CallingEjb;
import io.holdfast.lock.it.beans.CallingTimer;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.UserTransaction;
import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** From where applications call: each of these leaves its own mark on connections that are opened in it. */
@ApplicationScoped
public class Contexts {

    @EJB
    private CallingEjb ejb;

    @EJB
    private BeanManagedEjb beanManaged;

    @EJB
    private CallingTimer timer;

    @Inject
    private CallingBean bean;

    @Resource
    private ManagedExecutorService executor;

    @Resource
    private ManagedScheduledExecutorService scheduler;

    @Resource
    private ManagedThreadFactory threads;

    @Resource
    private UserTransaction transaction;

    /** Runs the work in its context, and returns when that has ended. */
    @FunctionalInterface
    public interface Context {
        Object call(Callable<Object> work) throws Exception;
    }

    public Map<String, Context> all() {
        Map<String, Context> all = new LinkedHashMap<>();
        all.put("request", Callable::call);
        all.put("request, UserTransaction", this::inTransaction);
        all.put("request, UserTransaction begun beside an open connection", this::besideOpenConnection);
        all.put("EJB REQUIRED", ejb::required);
        all.put("EJB REQUIRES_NEW", ejb::requiresNew);
        all.put("EJB SUPPORTS", ejb::supports);
        all.put("EJB NOT_SUPPORTED", ejb::notSupported);
        all.put("EJB NOT_SUPPORTED inside a transaction", work -> ejb.required(() -> ejb.notSupported(work)));
        all.put("EJB with bean-managed transactions", beanManaged::callUnlocked);
        all.put("EJB @Asynchronous", work -> ejb.asynchronous(work).get());
        all.put("EJB singleton", timer::singleton);
        all.put("EJB timeout", work -> timer.timeout(work).get());
        all.put("@Transactional REQUIRED", bean::required);
        all.put("@Transactional REQUIRES_NEW", bean::requiresNew);
        all.put(
                "@Transactional NOT_SUPPORTED inside a transaction",
                work -> ejb.required(() -> bean.notSupported(work)));
        all.put("ManagedExecutorService", work -> executor.submit(work).get());
        all.put(
                "ManagedScheduledExecutorService",
                work -> scheduler.schedule(work, 1, TimeUnit.MILLISECONDS).get());
        all.put("ManagedThreadFactory", work -> onThread(work, threads::newThread));
        all.put("plain thread", work -> onThread(work, Thread::new));
        return all;
    }

    private Object inTransaction(Callable<Object> work) throws Exception {
        transaction.begin();
        boolean done = false;
        try {
            Object result = work.call();
            transaction.commit();
            done = true;
            return result;
        } finally {
            if (!done) {
                transaction.rollback();
            }
        }
    }

    private Object besideOpenConnection(Callable<Object> work) throws Exception {
        try (Connection connection = Rows.dataSource().getConnection()) {
            return inTransaction(() -> {
                Object result = work.call();
                connection.isValid(5);
                return result;
            });
        }
    }

    private interface Threads {
        Thread newThread(Runnable work);
    }

    private static Object onThread(Callable<Object> work, Threads threads) throws Exception {
        CompletableFuture<Object> result = new CompletableFuture<>();
        Thread thread = threads.newThread(() -> {
            try {
                result.complete(work.call());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        });
        thread.start();
        thread.join();
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
