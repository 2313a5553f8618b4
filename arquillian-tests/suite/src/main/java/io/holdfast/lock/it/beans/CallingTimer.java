// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.Timeout;
import jakarta.ejb.Timer;
import jakarta.ejb.TimerConfig;
import jakarta.ejb.TimerService;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;

/** Calls from a singleton EJB, and from its timeout method. */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
public class CallingTimer {

    private record Task(Callable<?> work, CompletableFuture<Object> result) {}

    private final Map<String, Task> tasks = new ConcurrentHashMap<>();

    @Resource
    private TimerService timers;

    public <T> T singleton(Callable<T> work) throws Exception {
        return work.call();
    }

    public Future<Object> timeout(Callable<?> work) {
        Task task = new Task(work, new CompletableFuture<>());
        String name = UUID.randomUUID().toString();
        tasks.put(name, task);
        timers.createSingleActionTimer(1, new TimerConfig(name, false));
        return task.result();
    }

    @Timeout
    void timeout(Timer timer) {
        Task task = tasks.remove((String) timer.getInfo());
        try {
            task.result().complete(task.work().call());
        } catch (Throwable t) {
            task.result().completeExceptionally(t);
        }
    }
}
