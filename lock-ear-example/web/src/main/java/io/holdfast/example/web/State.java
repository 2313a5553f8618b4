// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.web;

import io.holdfast.example.Overview;
import io.holdfast.example.Till;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the page shows. It is read once for all who look, and the one who looks never waits long for the database. */
@ApplicationScoped
public class State {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @EJB
    private Overview overview;

    @EJB
    private Till till;

    @Resource
    private ManagedExecutorService executor;

    /** The latest question to the database. Guarded by this. */
    private Future<Overview.All> asked;

    /** When it was asked. Guarded by this. */
    private long askedNanos;

    private record Question(Future<Overview.All> answer, long askedNanos) {

        Duration age() {
            return Duration.ofNanos(System.nanoTime() - askedNanos);
        }
    }

    /**
     * Returns the state.
     *
     * @param age how old it may be
     * @return all of it; without what the database knows, if that does not answer
     * @throws InterruptedException if the thread is interrupted
     */
    public JsonObject current(Duration age) throws InterruptedException {
        Question question = ask(age);
        try {
            return StateJson.of(till.held(), question.answer().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return StateJson.ofProblem(
                    till.held(),
                    "The database has not answered for " + question.age().toSeconds() + " s.");
        } catch (ExecutionException e) {
            return StateJson.ofProblem(
                    till.held(), "The database cannot be asked: " + innermost(e).getMessage());
        }
    }

    /** While one question is not answered, no other is asked. */
    private synchronized Question ask(Duration age) {
        boolean isOld = System.nanoTime() - askedNanos > age.toNanos();
        if (asked == null || asked.isDone() && isOld) {
            asked = executor.submit(overview::all);
            askedNanos = System.nanoTime();
        }
        return new Question(asked, askedNanos);
    }

    private static Throwable innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
