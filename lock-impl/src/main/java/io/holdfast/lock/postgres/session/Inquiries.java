// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.session.Inquiry.LongQuestion;
import io.holdfast.lock.postgres.thread.Keepers;
import java.time.Duration;

/** Asks the database on borrowed sessions, one for each question. */
public final class Inquiries {

    private final Sessions sessions;
    private final Keepers keepers;
    private final LockerConfig config;

    public Inquiries(Sessions sessions, Keepers keepers, LockerConfig config) {
        this.sessions = sessions;
        this.keepers = keepers;
        this.config = config;
    }

    /**
     * Asks with one statement, and blocks until the answer is there.
     *
     * @param subject what is asked for, for messages
     */
    public <T> T ask(String subject, Question<T> question) throws InterruptedException {
        return inquiry(subject, (session, progress) -> question.ask(session), true)
                .await();
    }

    /** Asks with several statements, and blocks until all answers are there. */
    public <T> T askAll(String subject, LongQuestion<T> question) throws InterruptedException {
        return inquiry(subject, question, false).await();
    }

    /** Asks with several statements, and blocks until all answers are there, at most for this time. */
    public <T> T askAll(String subject, LongQuestion<T> question, Duration atMost) throws InterruptedException {
        return inquiry(subject, question, false).await(atMost);
    }

    private <T> Inquiry<T> inquiry(String subject, LongQuestion<T> question, boolean singleStatement) {
        return new Inquiry<>(sessions, keepers, config, subject, question, singleStatement);
    }
}
